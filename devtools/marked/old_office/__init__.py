"""Documents of old Office programs with markers."""
