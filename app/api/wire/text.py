"""Text on the wire that both databases can store and compare."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

MAX_TEXT = 3000
SURROGATES = re.compile("[\ud800-\udfff]")


def require_storable(value: str) -> str:
    """Return the text; raises ValueError for characters that cannot be stored or encrypted."""
    if "\0" in value:
        raise ValueError("The text contains a NUL character. Remove it.")
    if SURROGATES.search(value):
        # JSON can spell half of a surrogate pair, UTF-8 cannot.
        raise ValueError("The text contains half of a surrogate pair. Remove it.")
    return value


Text = Annotated[str, AfterValidator(require_storable)]
# A name or an id given by the client.
ShortText = Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(require_storable)]
