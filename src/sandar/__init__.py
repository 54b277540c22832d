"""Sandar runs the SOP "Co-location / Penempatan Server dan Hosting Aplikasi" of a regional data centre."""

from __future__ import annotations

__version__ = "0.1.0"
