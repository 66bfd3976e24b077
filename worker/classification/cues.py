"""Format cues: what a file's form says about it, told in words.

No label is wired to a format. A cue is a sentence, and a rule gains by how near its
description is to that sentence: an `.eml` file supports whatever rule means e-mail.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from worker.classification.embedder import Vectors
from worker.classification.tuning import Tuning
from worker.parsing.document import Document, Page, TextSource


@dataclass(frozen=True, slots=True)
class Cue:
    """`sentence` is compared with rules, `observation` is what the reasoning says."""

    name: str
    sentence: str
    observation: str


CUES = (
    Cue(
        "email",
        "email: an e-mail message with sender, recipient, subject and body",
        "the file is an e-mail message",
    ),
    Cue(
        "presentation",
        "presentation: a slide deck for a talk with bullet points on each slide",
        "the file looks like slides",
    ),
    Cue(
        "spreadsheet",
        "spreadsheet: a table with rows and columns of data",
        "the file is a spreadsheet",
    ),
    Cue(
        "identity",
        "identity document: a passport, identity card or driving licence of a person",
        "there is a machine-readable zone as on identity documents",
    ),
    Cue(
        "form",
        "form: a printed form with blank fields for a person to fill in, such as an application"
        " or registration form",
        "there are blanks or fields to fill in",
    ),
)
LARGEST_BONUS = 2.0

_FORMATS = {
    "email": {"eml", "msg"},
    "presentation": {"pptx", "ppt", "odp", "pptm", "ppsx", "potx"},
    "spreadsheet": {"csv", "tsv", "xlsx", "xls", "ods", "xlsm", "xlsb"},
}
_MACHINE_READABLE_ZONE = re.compile(
    r"(?:P|I|ID|V|AC)[A-Z<][A-Z]{3}[A-Z<]{5,80}<<|<{4}|[A-Z0-9]{9}\d[A-Z]{3}\d{7}[MFX<]\d{7}"
)
_BLANK = re.compile(r"_{3,}|\.{6,}|…{3,}|[☐□❑▢]|\[ ?\]|\(\s\)")
_FORM_FIELDS = 5
_SLIDE_WORDS = 180
_CHARACTERS = 60_000


def bonuses(cues: Vectors, targets: Vectors, tuning: Tuning) -> Vectors:
    """Return the bonus, in standard deviations, of each cue for each target, shape (5, n).

    `cues` (5, D) and `targets` (n, D) are centred descriptions, `tuning` belongs to their model.
    """
    ranges = [tuning.table_cue if cue.name == "spreadsheet" else tuning.cues for cue in CUES]
    near, full = np.array(ranges, dtype=np.float32).T[:, :, None]
    nearness = (cues @ targets.T - near) / (full - near)
    return np.asarray(LARGEST_BONUS * np.clip(nearness, 0, 1), dtype=np.float32)


def observed_cues(document: Document) -> tuple[int, ...]:
    """Return the positions in `CUES` of the cues that the document gives."""
    names = {name for name, formats in _FORMATS.items() if document.format in formats}
    if not names and _has_slides(document.pages):
        names.add("presentation")
    text = "\n".join(page.text for page in document.pages[:3])[:_CHARACTERS]
    if _MACHINE_READABLE_ZONE.search(text.replace(" ", "")):
        names.add("identity")
    if document.form_fields >= _FORM_FIELDS or _has_blanks(text):
        names.add("form")
    return tuple(position for position, cue in enumerate(CUES) if cue.name in names)


def _has_slides(pages: Sequence[Page]) -> bool:
    """Tell whether these are four or more landscape pages with few words and a text layer."""
    if len(pages) < 4 or any(page.source is TextSource.OCR for page in pages):
        return False
    first = pages[0]
    if first.width is None or first.height is None or first.width <= first.height * 1.15:
        return False
    words = [len(page.text.split()) for page in pages[:8]]
    return sum(words) / len(words) < _SLIDE_WORDS


def _has_blanks(text: str) -> bool:
    blanks = len(_BLANK.findall(text))
    return blanks >= _FORM_FIELDS and blanks > 0.01 * len(text.split())
