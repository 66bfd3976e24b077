"""Uploaded files: rows, bytes, and what kind of file the bytes are."""
