"""Lint: hints for the people who write rules, asked for by the API and found by workers."""
