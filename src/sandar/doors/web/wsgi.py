"""The door for WSGI servers: granian under `sandar serve`, or any other one of the operator's choice."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandar.settings")
application = get_wsgi_application()
