"""The `pigeonhole` command: the only place that builds the parts and passes them in."""
