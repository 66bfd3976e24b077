"""Readers of forms in a PDF."""
