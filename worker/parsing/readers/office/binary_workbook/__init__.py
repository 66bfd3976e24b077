"""Workbooks made of binary records: xls of Excel 5 to 2003."""
