"""Readers of the documents of Hangul, a word processor of Korea."""
