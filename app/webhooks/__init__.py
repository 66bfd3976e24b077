"""Webhooks of jobs: configurations, deliveries, signatures and the address policy."""
