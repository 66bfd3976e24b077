"""Text from the wire that both databases can store and look for."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

MAX_TEXT = 3000
SURROGATES = re.compile("[\ud800-\udfff]")


def require_storable(value: str) -> str:
    """Return the text; raises ValueError if it holds what cannot be stored or encrypted."""
    if "\0" in value:
        raise ValueError("text must not hold NUL characters")
    if SURROGATES.search(value):
        # JSON can spell half of a surrogate pair, UTF-8 cannot.
        raise ValueError("text must not hold halves of surrogate pairs")
    return value


Text = Annotated[str, AfterValidator(require_storable)]
# As long as a name or an id given by the client may be.
ShortText = Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(require_storable)]
