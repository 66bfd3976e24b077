"""Blob stores: the bytes of uploaded files, in a directory or in an S3 bucket."""
