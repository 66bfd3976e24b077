"""Delivering webhooks: one request at a time, to an address that was looked at first."""
