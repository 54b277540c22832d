"""Entering the facility: one description per kind of thing, the act that changes it, and imports of tables."""
