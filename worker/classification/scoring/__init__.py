"""Scoring documents against rules, and calibrating the scores."""
