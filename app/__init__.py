"""The HTTP API and the tables: decides and records, never parses or classifies."""
