"""Readers of the documents of Word 97 to 2003."""
