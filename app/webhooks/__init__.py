"""Webhook configurations, stored encrypted."""
