"""The readers of data in XML: workbooks of Excel 2003, and all that has no reader of its own."""
