"""ASGI middleware, which handles every request before its route."""
