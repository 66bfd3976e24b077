"""The evidence for a verdict and the reasoning written from it."""
