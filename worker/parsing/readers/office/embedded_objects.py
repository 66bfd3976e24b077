"""Objects of other programs that are embedded in office files: ECMA-376 part 1, 15.2.11."""

import re

_DOCUMENT = re.compile(
    r"(?:excel|word|powerpoint|visio|msproject|acroexch|opendocument|libreoffice|soffice|package)\b",
    re.IGNORECASE,
)


def is_document(program: str | None) -> bool:
    """Tell whether an embedded object is a document by the name of its program (`progId`).

    Others are equations, and marks that programs leave on slides.
    """
    return _DOCUMENT.match(program or "") is not None
