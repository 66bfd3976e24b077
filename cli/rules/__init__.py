"""The verbs of `pigeonhole rules`, and the ready-made rules."""
