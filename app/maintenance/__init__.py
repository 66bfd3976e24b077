"""Periodic maintenance and deletion: the sweeper, retention, purge."""
