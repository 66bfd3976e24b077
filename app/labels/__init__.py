"""Labels: what people say that a file is."""
