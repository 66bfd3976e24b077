"""Sheets of Excel workbooks (xlsx, xlsb): shared strings, cells, their formats."""
