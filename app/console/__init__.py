"""The console: web pages for people who look at documents and write rules."""
