"""Documents with a marker in each place that a person can see, one module a family of formats."""
