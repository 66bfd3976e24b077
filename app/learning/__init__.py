"""Learning: models fitted to a project's labels, for one set of rules each."""
