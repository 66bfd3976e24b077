"""Parsing benchmarks: cost per format, hostile files, leaks."""
