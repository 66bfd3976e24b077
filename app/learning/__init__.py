"""Learning: models fitted to a project's labels, for one set of rules each.

Labels import this package, which therefore does not import them.
"""
