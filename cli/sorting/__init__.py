"""Sorting files into one folder for each type, and undoing it."""
