"""Classification jobs: what was asked, who works on it, what came out."""
