"""The verbs of `pigeonhole rules`."""
