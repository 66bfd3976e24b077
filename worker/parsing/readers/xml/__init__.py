"""Reading XML of any kind: trees, names and values, workbooks in one file."""
