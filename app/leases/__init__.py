"""Leases of rows that are tasks: previews to make, models to fit."""
