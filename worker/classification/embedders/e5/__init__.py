"""multilingual-e5-small: building its files from the weights, and running it."""
