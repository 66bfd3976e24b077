"""The readers of web pages and drawings in markup."""
