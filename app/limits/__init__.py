"""Rate limits of API keys."""
