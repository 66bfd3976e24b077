"""Page layout features, measured on rendered pages."""
