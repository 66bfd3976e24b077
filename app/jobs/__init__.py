"""Classification jobs: requests, leases, results."""
