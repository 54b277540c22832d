"""Django's SQLite with a short way for statements that come again and again."""
