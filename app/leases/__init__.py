"""Leases of rows that are tasks: previews to make, rules to look at, models to fit."""
