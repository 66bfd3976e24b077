"""File type detection from content."""
