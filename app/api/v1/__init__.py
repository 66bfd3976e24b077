"""Routes and wire shapes of /api/v1."""
