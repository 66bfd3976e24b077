"""WordprocessingML: the text, styles, numbers and inserted parts of word processing files."""
