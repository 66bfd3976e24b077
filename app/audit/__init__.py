"""The audit log: every change with its time and actor."""
