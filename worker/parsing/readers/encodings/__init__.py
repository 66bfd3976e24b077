"""Decoding text files of any encoding."""
