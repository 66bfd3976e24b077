"""Real servers for tests: no containers, no root, nothing left behind."""
