"""The knowledge of document types that ships as text: the bank and the panel.

The bank is short sample texts of known types, written for this project in the style of such
documents. `bank.txt` and `bank.en.txt` count for every document, `bank.<language>.txt` only for
documents that are not in English. The panel, `panel.txt`, describes generic types in one line
each. All lines have the form `type|text`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.jobs.values import Rule

_Line = tuple[str, str]

_BANKS = ("bank.txt", "bank.en.txt")
SAMPLE_LANGUAGES = tuple(
    # A line of words is easier to read and extend than a list.
    "ar cs da de el fa fi he hi id it ja ko nl no pl pt ru sv th tr uk vi zh".split()  # noqa: SIM905
)
"""The languages with their own file of samples."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The panel of generic types and the bank of samples.

    `sample_types[i]` is the position in `bank_types` of the type of `samples[i]`, and
    `sample_languages[i]` its two-letter language code. The code is empty for samples that count
    for every document; each bank type has at least one of these.
    """

    panel: tuple[Rule, ...]
    bank_types: tuple[Rule, ...]
    samples: tuple[str, ...]
    sample_types: tuple[int, ...]
    sample_languages: tuple[str, ...]

    def digest(self) -> str:
        """Return a short digest of all texts, in order."""
        whole = hashlib.sha256()
        for rule in (*self.panel, *self.bank_types):
            whole.update(f"{rule.type}|{rule.description}\n".encode())
        for kind, language, sample in zip(
            self.sample_types, self.sample_languages, self.samples, strict=True
        ):
            whole.update(f"{kind}|{language}|{sample}\n".encode())
        return whole.hexdigest()[:16]


@cache
def load_knowledge() -> Knowledge:
    """Read the shipped bank and panel."""
    everywhere = [line for name in _BANKS for line in _lines(name)]
    return _knowledge(everywhere, {code: _lines(f"bank.{code}.txt") for code in SAMPLE_LANGUAGES})


def _knowledge(
    everywhere: Sequence[_Line], by_language: Mapping[str, Sequence[_Line]]
) -> Knowledge:
    panel = [Rule(*line) for line in _lines("panel.txt")]
    described = {rule.type: rule for rule in panel}
    names = list(dict.fromkeys(name for name, _ in everywhere))
    positions = {name: position for position, name in enumerate(names)}
    bank = [("", *line) for line in everywhere]
    bank += [(code, *line) for code, lines in by_language.items() for line in lines]
    return Knowledge(
        panel=tuple(panel),
        # The panel describes most bank types; the others have only a name.
        bank_types=tuple(described.get(name, Rule(name, "")) for name in names),
        samples=tuple(sample for _, _, sample in bank),
        sample_types=tuple(positions[name] for _, name, _ in bank),
        sample_languages=tuple(code for code, _, _ in bank),
    )


def _lines(name: str) -> list[_Line]:
    text = (files("worker.classification") / "data" / name).read_text(encoding="utf-8")
    pairs = (line.partition("|") for line in text.splitlines() if "|" in line)
    return [(kind, rest) for kind, _, rest in pairs]
