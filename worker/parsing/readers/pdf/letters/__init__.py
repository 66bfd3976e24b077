"""Texts of PDFs by the places of their letters, where the order of PDFium is not enough."""
