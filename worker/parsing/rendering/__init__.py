"""Drawing a page of a file. Uploads are drawn in the sandbox only."""
