"""Sandar runs the SOP "Co-location / Penempatan Server dan Hosting Aplikasi" of a regional data centre."""

__version__ = "0.1.0"
