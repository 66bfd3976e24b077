"""Uploaded files: rows, blobs, the cache, and detection of file types."""
