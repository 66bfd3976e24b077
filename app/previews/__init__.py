"""Previews: the picture, the text and the places of words of a page, as a person looks at it."""
