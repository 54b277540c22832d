"""How long the office keeps its papers, and their destruction by two persons when the time is over (ADR 0022)."""
