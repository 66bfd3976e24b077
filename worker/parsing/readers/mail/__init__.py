"""Readers of mail (eml, msg) and of saved web pages in the form of mail (mhtml)."""
