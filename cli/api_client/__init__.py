"""A client of a running server, for all verbs that work on one."""
