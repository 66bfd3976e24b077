"""Classification rules: descriptions, exclusions, catch-all rules."""
