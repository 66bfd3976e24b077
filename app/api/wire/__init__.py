"""Wire shapes and conversions that both API versions share."""
