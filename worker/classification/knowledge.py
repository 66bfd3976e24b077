"""The project's own knowledge of document types, as text.

`bank*.txt` hold short sample texts of known types, written for this project in the tone and
the languages of such documents; `panel.txt` describes generic types in one line each. All are
plain lines of `type|text`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from worker.classification.rules import Rule

_BANKS = ("bank.txt",)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The panel of generic types and the bank of samples.

    `sample_types[i]` is the position in `bank_types` of the type of `samples[i]`.
    """

    panel: tuple[Rule, ...]
    bank_types: tuple[Rule, ...]
    samples: tuple[str, ...]
    sample_types: tuple[int, ...]

    def digest(self) -> str:
        """Return a short fingerprint of all texts, in order."""
        whole = hashlib.sha256()
        for rule in (*self.panel, *self.bank_types):
            whole.update(f"{rule.type}|{rule.description}\n".encode())
        for kind, sample in zip(self.sample_types, self.samples, strict=True):
            whole.update(f"{kind}|{sample}\n".encode())
        return whole.hexdigest()[:16]


@cache
def load_knowledge() -> Knowledge:
    """Read the shipped bank and panel."""
    return _read(_BANKS)


@cache
def first_knowledge() -> Knowledge:
    """Read the bank as it first was, to measure what was added to it since."""
    return _read(_BANKS[:1])


def _read(banks: Sequence[str]) -> Knowledge:
    panel = [Rule(*line) for line in _lines("panel.txt")]
    described = {rule.type: rule for rule in panel}
    bank = [line for name in banks for line in _lines(name)]
    names = list(dict.fromkeys(name for name, _ in bank))
    positions = {name: position for position, name in enumerate(names)}
    return Knowledge(
        panel=tuple(panel),
        # Most bank types are described in the panel; for the others the name has to do.
        bank_types=tuple(described.get(name, Rule(name, "")) for name in names),
        samples=tuple(sample for _, sample in bank),
        sample_types=tuple(positions[name] for name, _ in bank),
    )


def _lines(name: str) -> list[tuple[str, str]]:
    text = (files("worker.classification") / "data" / name).read_text(encoding="utf-8")
    pairs = (line.partition("|") for line in text.splitlines() if "|" in line)
    return [(kind, rest) for kind, _, rest in pairs]
