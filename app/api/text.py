"""Text from the wire that both databases can store and look for."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

LONGEST_TEXT = 3000


def refuse_nul(value: str) -> str:
    """Return the text; raises ValueError if it holds what Postgres cannot store."""
    if "\0" in value:
        raise ValueError("text must not hold NUL characters")
    return value


Text = Annotated[str, AfterValidator(refuse_nul)]
# As long as a name or an id given by the client may be.
ShortText = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), AfterValidator(refuse_nul)]
