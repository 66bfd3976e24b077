"""Text features of a document: chunks, titles, scripts, structure."""
