"""The HTTP code: routes and wire schemas, nothing else."""
