"""The reader of Excel workbooks (xlsx)."""
