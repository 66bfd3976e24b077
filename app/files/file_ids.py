"""Ids of files as clients write them: a UUID, or with the prefix of the newer documentation."""

from uuid import UUID

PREFIX = "dfl-"
NOT_A_FILE_ID = "Not a file id. Upload the file first and use the id of the answer."


def parse_file_id(text: str) -> UUID:
    """Return the id; raises ValueError with a sentence for people."""
    try:
        return UUID(text.removeprefix(PREFIX))
    except ValueError:
        raise ValueError(NOT_A_FILE_ID) from None
