"""Fixtures every folder may use. Factories are plain functions in the folders' own helper modules."""

from __future__ import annotations
