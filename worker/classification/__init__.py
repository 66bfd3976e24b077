"""The zero-shot classifier: a pure function from document and rules to a verdict."""
