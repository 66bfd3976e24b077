"""Version 2 of the API, and what belongs to it."""
