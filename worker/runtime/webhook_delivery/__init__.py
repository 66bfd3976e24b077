"""Sending webhooks: the HTTP client, one attempt of a delivery, and the threads that deliver."""
