"""Servers and sample files for tests and benchmarks, and checks of the source tree."""
