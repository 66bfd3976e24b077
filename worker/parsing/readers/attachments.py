"""Names attached files, which are not read, on a line of the text."""

from collections.abc import Iterable

_MAX_NAMES = 20
_MAX_NAME_CHARACTERS = 100


def name_attachments(names: Iterable[str]) -> str:
    """Return a line with the names of attachments, or nothing without any.

    Names that repeat are given once; of more than 20 the rest is counted.
    """
    known = list(dict.fromkeys(filter(None, (" ".join(name.split()) for name in names))))
    if not known:
        return ""
    more = len(known) - _MAX_NAMES
    listed = ", ".join(name[:_MAX_NAME_CHARACTERS] for name in known[:_MAX_NAMES])
    return f"Attachments: {listed}" + (f" and {more} more" if more > 0 else "")
