"""Learning from the labels of projects: fits in the background, and the models in force."""
