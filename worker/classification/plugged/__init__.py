"""Embedders that an operator plugs in instead of the built-in models."""
