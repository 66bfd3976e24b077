"""Reads uploaded files into documents, each in a process that can be killed."""
