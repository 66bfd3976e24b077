"""The readers of office files."""
