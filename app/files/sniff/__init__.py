"""Detection of file types from bytes."""
