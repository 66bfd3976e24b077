"""Format cues: bonuses for rules that fit the format of a file.

No type is tied to a format. A cue is a sentence, and the bonus of a rule depends on the nearness
of its description to that sentence: an `.eml` file supports every rule that means e-mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from worker.classification.embedders.base import Vectors
from worker.classification.features.structure import has_mail_headers, is_code
from worker.classification.scoring.tuning import Tuning
from worker.parsing.document import Document, DocumentPage, TextSource
from worker.parsing.layout.features import Trait, find_traits


@dataclass(frozen=True, slots=True)
class Cue:
    """The sentence that rules are compared with, and the observation for the reasoning."""

    name: str
    observation: str
    sentence: str


CUES = (
    Cue(
        "email",
        "it is an e-mail, by its format or its header lines",
        "email: an e-mail message with sender, recipient, subject and body",
    ),
    Cue(
        "code",
        "it is a program, by its lines",
        "source code: program code in a programming language",
    ),
    Cue(
        "presentation",
        "it looks like slides",
        "presentation: a slide deck for a talk with bullet points on each slide",
    ),
    Cue(
        "identity",
        "it has the shape of an identity card",
        "identity document: a passport, identity card or driving licence of a person",
    ),
    Cue(
        "strip",
        "it is a long narrow strip, as tills print",
        "receipt: a narrow till receipt of a shop",
    ),
)
SENTENCES = tuple(cue.sentence for cue in CUES)
MAX_BONUS = 2.0
# What a mail or a program is about stands in each line of it, but a mail or a program it is.
_SURE = frozenset({"email", "code"})
_SURE_WEIGHT = 2.0

_FORMATS = {
    "email": {"eml", "msg"},
    "presentation": {"pptx", "ppt", "odp", "key"},
}
# Layouts are measured in MULTIMODAL mode only.
_TRAITS = {
    Trait.SLIDE: "presentation",
    Trait.CARD: "identity",
    Trait.STRIP: "strip",
}
_SCANNED = (TextSource.OCR, TextSource.NOT_NEEDED)
# A PDF of slides has some of them, wider than high, with fewer words on the first ones than a page
# of text.
_MIN_SLIDES, _MIN_SLIDE_RATIO = 4, 1.15
_COUNTED_SLIDES, _MAX_SLIDE_WORDS = 8, 180
# Mails and programs show at once what they are.
_TEXT_PAGES, _MAX_CHARACTERS = 3, 60_000


def cue_bonuses(sentences: Vectors, targets: Vectors, tuning: Tuning) -> Vectors:
    """Return the bonus, in standard deviations, of each cue for each target, shape (cues, n).

    `sentences` (cues, D), the vectors of `SENTENCES`, and `targets` (n, D) are centred
    descriptions. `tuning` belongs to their model.
    """
    near, full = tuning.cues
    nearness = (sentences @ targets.T - near) / (full - near)
    return np.asarray(MAX_BONUS * np.clip(nearness, 0, 1), dtype=np.float32)


def cue_weights() -> Vectors:
    """Return how much the bonus of each cue counts, shape (cues, 1)."""
    weights = [[_SURE_WEIGHT if cue.name in _SURE else 1.0] for cue in CUES]
    return np.array(weights, dtype=np.float32)


def observed_cues(document: Document) -> tuple[int, ...]:
    """Return the positions in `CUES` of the cues that apply to the document."""
    names = {name for name, formats in _FORMATS.items() if document.format in formats}
    if not names and _has_slides(document.pages):
        names.add("presentation")
    text = "\n".join(page.text for page in document.pages[:_TEXT_PAGES])[:_MAX_CHARACTERS]
    if has_mail_headers(text):
        names.add("email")
    if is_code(text):
        names.add("code")
    names |= {_TRAITS[trait] for trait in find_traits(document.layouts)}
    return tuple(position for position, cue in enumerate(CUES) if cue.name in names)


def _has_slides(pages: Sequence[DocumentPage]) -> bool:
    """Tell whether a document has four or more landscape pages with few words and no OCR."""
    seen = pages[:_COUNTED_SLIDES]
    if len(seen) < _MIN_SLIDES or any(page.source in _SCANNED for page in seen):
        return False
    first = seen[0]
    if first.width is None or first.height is None:
        return False
    if first.width <= first.height * _MIN_SLIDE_RATIO:
        return False
    words = [len(page.text.split()) for page in seen]
    return sum(words) / len(words) < _MAX_SLIDE_WORDS
