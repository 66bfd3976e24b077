"""ASGI middleware: what applies to every request before its route."""
