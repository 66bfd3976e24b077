"""Text on the wire that both databases can store and compare."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from app.text import require_storable

MAX_TEXT = 3000
# Far above what any request may have, whose own limit has a better sentence. Without it a body of
# 1 MB makes half a million problems, and their list takes seconds and a gigabyte.
MAX_LIST = 10_000

Text = Annotated[str, AfterValidator(require_storable)]
# A name or an id given by the client.
ShortText = Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(require_storable)]
