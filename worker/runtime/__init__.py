"""Worker processes: the embedded runner, Celery, leases, heartbeats, webhook delivery."""
