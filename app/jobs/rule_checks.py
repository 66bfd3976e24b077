"""What rules and their examples may be, wherever they are written: in a request or in a file."""

import re
from collections import Counter
from collections.abc import Sequence

from app.text import require_storable

TYPE_PATTERN = re.compile(r"[\w \-]*[^\W_][\w \-]*")
MAX_TYPE = 50
MIN_DESCRIPTION = 10
MAX_DESCRIPTION = 500
MAX_RULE_EXAMPLES = 5
MAX_JOB_EXAMPLES = 60
MAX_EXAMPLE_TEXT = 4000


def check_type(value: str) -> str:
    """Return the type; raises ValueError with a sentence for people."""
    if not TYPE_PATTERN.fullmatch(value):
        raise ValueError(
            "A type consists of letters, digits, spaces, hyphens and underscores. Use at least one "
            "letter or digit."
        )
    return value


def check_text(value: str) -> str:
    """Return a description or the text of an example; raises ValueError."""
    require_storable(value)
    if not value.strip():
        raise ValueError("The text is blank. Describe the document in words.")
    return value


def find_repeated(types: Sequence[str]) -> list[str]:
    """Return the types that more than one rule has."""
    return [name for name, count in Counter(types).items() if count > 1]
