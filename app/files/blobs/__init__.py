"""Blob stores: bytes in a directory or in an S3 bucket."""
