"""The reader of documents of Apple Pages, Numbers and Keynote."""
