"""The API under /api/v1: lean handlers over the same scoped reads and acts that the pages use."""
