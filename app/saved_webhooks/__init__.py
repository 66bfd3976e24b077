"""Saved webhooks: where to send events, under an id, for many jobs."""
