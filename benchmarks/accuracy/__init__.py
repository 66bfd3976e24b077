"""Accuracy benchmarks: how good the verdicts are."""
