"""Fonts whose characters are not those of the text: symbols, and letters before Unicode."""
