"""The documentation as web pages at /help, for machines that have nothing but this server."""
