"""The version of what the parser gives, which each worker states among its capabilities."""

# Count up whenever the same file can give another text, page or warning than before.
PARSER_VERSION = "3"
