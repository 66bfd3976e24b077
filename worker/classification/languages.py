"""Which scripts the embedding model has seen."""

import unicodedata
from collections import Counter

# Scripts of the 16 languages of USE: ar zh nl en fr de it ja ko pl pt ru es th tr. Languages it
# lacks but whose script it knows, such as Czech, cannot be told apart cheaply.
_KNOWN = ("LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "ARABIC", "CYRILLIC", "THAI")
_LETTERS = 2_000


def script_warning(text: str) -> str | None:
    """Return a warning when most letters are of a script that the model was not trained on."""
    letters = [character for character in text[: 4 * _LETTERS] if character.isalpha()][:_LETTERS]
    if not letters:
        return None
    counts = Counter(unicodedata.name(letter, "UNKNOWN").split()[0] for letter in letters)
    unknown = sum(count for script, count in counts.items() if not script.startswith(_KNOWN))
    if 2 * unknown <= len(letters):
        return None
    script = max((s for s in counts if not s.startswith(_KNOWN)), key=lambda s: counts[s])
    return f"the text is mostly in {script.title()} script, which the model was not trained on."
