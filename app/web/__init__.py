"""What the pages of the console and of the help share: colours, logo, reading static files."""
