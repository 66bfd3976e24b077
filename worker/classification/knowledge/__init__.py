"""The knowledge of document types that ships as text: see docs/reference/knowledge.md."""
