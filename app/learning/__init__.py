"""Learning from labels: what labels teach, and how well the classifier does with them."""
