"""Saved configurations: rules and pages under a name, for many jobs."""
