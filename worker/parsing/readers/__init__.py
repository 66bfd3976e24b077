"""Readers: one module per family of file formats."""
