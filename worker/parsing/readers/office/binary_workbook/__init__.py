"""Workbooks made of binary records: xls of Excel 5 to 2003, and the parts of xlsb."""
