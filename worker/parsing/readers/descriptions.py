"""What writers of a document say of its pictures, for those who do not see them."""

import re

# What careless programs give as the description of a picture.
_FILE_NAME = re.compile(r"\.(?:avif|bmp|emf|gif|jpe?g|png|svg|tiff?|webp|wmf)$", re.IGNORECASE)


def is_file_name(text: str) -> bool:
    """Tell whether a description is only the name of the picture's file."""
    return _FILE_NAME.search(text.rstrip()) is not None


def join_descriptions(*texts: str | None) -> str:
    """Return descriptions of one picture, a line for each, without the names of files."""
    found = (" ".join((text or "").split()) for text in texts)
    return "\n".join(dict.fromkeys(text for text in found if text and not is_file_name(text)))
