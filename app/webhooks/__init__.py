"""Webhook configurations of jobs, what they are owed, and what may be sent where."""
