"""USE multilingual v3: building its files from the weights, and running it."""
