"""Delivery of webhooks: the HTTP client, the deliverer, its threads and its process."""
