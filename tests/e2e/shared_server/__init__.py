"""The wire contract, as the official client needs it, against the running program."""
