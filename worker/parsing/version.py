"""The version of what the parser gives: part of the key under which parsed text is cached."""

# Count up whenever the same file can give another text, page or warning than before.
PARSER_VERSION = "1"
