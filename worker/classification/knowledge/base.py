"""The knowledge of document types: the panel, the bank of samples, the hierarchy and the names."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
import numpy.typing as npt

from app.jobs.values import Rule
from worker.classification.knowledge.compiled_names import compile_names
from worker.classification.knowledge.format import (
    DocumentType,
    KnowledgeError,
    ancestors,
    fault_of,
    parse_types,
    split_items,
)
from worker.classification.knowledge.phrases import Phrases, compile_phrases

ENGLISH = "en"
"""The language whose samples are compared with documents in every language."""

_COMPILED = "knowledge.json"

Steps = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class KnownType:
    """A type of document; an abstract one, such as "tax document", only groups others.

    `act` is what documents of the type do in their sentences, such as "asks for payment"; it is
    empty for a type without phrases.
    """

    name: str
    description: str
    parents: tuple[str, ...]
    is_abstract: bool
    act: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A short text in the style of a document of a type, in a language, given by its code."""

    type: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Another description of the type at the position `row`, as a user words a rule."""

    row: int
    text: str


@dataclass(frozen=True)
class Knowledge:
    """What is known of N types of documents.

    `rules` describes each type as a rule does. The panel is the P types that are not abstract,
    and the bank the T types that have samples: `panel_rows` and `bank_rows` are their positions
    in `types`. `wordings` describe types in other words. `names` are those by which documents call
    themselves (see `compile_names`), and `phrases` what they say (see `compile_phrases`).
    `known_digest` is the digest if the knowledge was read from JSON, otherwise empty.
    """

    types: tuple[KnownType, ...]
    samples: tuple[Sample, ...]
    wordings: tuple[Wording, ...]
    names: Mapping[str, str]
    phrases: Phrases
    known_digest: str = ""

    @classmethod
    def of(cls, types: Sequence[DocumentType]) -> "Knowledge":
        """Return the knowledge of the types of a source; raises KnowledgeError for a fault."""
        fault = fault_of(types)
        if fault is not None:
            raise KnowledgeError(fault)
        return cls(
            tuple(
                KnownType(each.name, each.description, each.parents, each.is_abstract, each.act)
                for each in types
            ),
            tuple(
                Sample(each.name, language, text)
                for each in types
                for language, text in each.samples
            ),
            tuple(
                Wording(row, text)
                for row, each in enumerate(types)
                for listed in each.wordings.values()
                for text in split_items(listed)
            ),
            compile_names(types),
            compile_phrases(types),
        )

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The position of each type by its name."""
        return {each.name: row for row, each in enumerate(self.types)}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """All types as rules."""
        return tuple(Rule(each.name, each.description) for each in self.types)

    @cached_property
    def panel_rows(self) -> list[int]:
        """The positions of the types of the panel."""
        return [row for row, each in enumerate(self.types) if not each.is_abstract]

    @cached_property
    def bank_rows(self) -> list[int]:
        """The positions of the types that have samples."""
        return sorted({self.rows[sample.type] for sample in self.samples})

    @cached_property
    def panel(self) -> tuple[Rule, ...]:
        """The types of the panel, as rules."""
        return tuple(self.rules[row] for row in self.panel_rows)

    @cached_property
    def bank_types(self) -> tuple[Rule, ...]:
        """The types that have samples, as rules."""
        return tuple(self.rules[row] for row in self.bank_rows)

    @cached_property
    def sample_types(self) -> npt.NDArray[np.int64]:
        """The position in `bank_types` of the type of each sample."""
        positions = {self.types[row].name: at for at, row in enumerate(self.bank_rows)}
        return np.array([positions[sample.type] for sample in self.samples], dtype=np.int64)

    @cached_property
    def above(self) -> tuple[Mapping[int, int], ...]:
        """The steps from each type to those above it."""
        parents = {each.name: each.parents for each in self.types}
        return tuple(
            {self.rows[name]: steps for name, steps in ancestors(each.name, parents).items()}
            for each in self.types
        )

    @cached_property
    def below(self) -> tuple[Mapping[int, int], ...]:
        """The steps from each type to itself, 0, and to those below it."""
        below: list[dict[int, int]] = [{row: 0} for row in range(len(self.types))]
        for row, above in enumerate(self.above):
            for parent, steps in above.items():
                below[parent][row] = steps
        return tuple(below)

    @cached_property
    def steps(self) -> Steps:
        """The steps from type n down to type j of the panel, (N, P); infinite if there are none."""
        columns = {row: column for column, row in enumerate(self.panel_rows)}
        steps = np.full((len(self.types), len(columns)), np.inf, dtype=np.float32)
        for row, below in enumerate(self.below):
            for kind, distance in below.items():
                if kind in columns:
                    steps[row, columns[kind]] = distance
        return steps

    @cached_property
    def digest(self) -> str:
        """A short digest of everything, in order."""
        return self.known_digest or _digest(self.to_json())

    def without_samples(self, names: Collection[str]) -> "Knowledge":
        """Return the knowledge without the samples of the named types."""
        return replace(
            self,
            samples=tuple(sample for sample in self.samples if sample.type not in names),
            known_digest="",
        )

    def is_above(self, upper: int, lower: int) -> bool:
        """Tell whether the type at the position `upper` is above the one at `lower`."""
        return upper in self.above[lower]

    def to_json(self) -> str:
        """Return everything as text that is read faster than the source; see `from_json`.

        Names and phrases stand in lists by what they mean, which takes a quarter less space.
        """
        data = {
            "types": [
                [each.name, each.description, each.parents, each.is_abstract, each.act]
                for each in self.types
            ],
            "samples": [[each.type, each.language, each.text] for each in self.samples],
            "wordings": [[each.row, each.text] for each in self.wordings],
            "names": _by_meaning(self.names),
            "phrases": {
                language: _by_meaning(phrases) for language, phrases in self.phrases.items()
            },
        }
        return json.dumps(data, ensure_ascii=False, indent=0) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Knowledge":
        """Return the knowledge that `to_json` wrote."""
        data: dict[str, Any] = json.loads(text)
        return cls(
            tuple(
                KnownType(name, description, tuple(parents), is_abstract, act)
                for name, description, parents, is_abstract, act in data["types"]
            ),
            tuple(Sample(*fields) for fields in data["samples"]),
            tuple(Wording(*fields) for fields in data["wordings"]),
            _by_text(data["names"]),
            {language: _by_text(phrases) for language, phrases in data["phrases"].items()},
            _digest(text),
        )


@cache
def load_knowledge() -> Knowledge:
    """Return the shipped knowledge, as `compile_knowledge` wrote it."""
    with as_file(files("worker.classification") / "data") as directory:
        return Knowledge.from_json((directory / _COMPILED).read_text(encoding="utf-8"))


def compile_knowledge() -> None:
    """Compile the source of the knowledge for `load_knowledge`; raises KnowledgeError."""
    compiled = read_knowledge().to_json()
    with as_file(files("worker.classification") / "data") as directory:
        (directory / _COMPILED).write_text(compiled, encoding="utf-8")
    load_knowledge.cache_clear()


def read_knowledge() -> Knowledge:
    """Return the knowledge of the source; raises KnowledgeError when it is faulty."""
    directory = files("worker.classification") / "data" / "knowledge"
    places = sorted(
        (place for place in directory.iterdir() if place.name.endswith(".txt")),
        key=lambda place: place.name,
    )
    return Knowledge.of(list(_parse(places)))


def _parse(places: Iterable[Traversable]) -> Iterable[DocumentType]:
    for place in places:
        yield from parse_types(place.read_text(encoding="utf-8"), place.name)


def _by_meaning(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the texts of each meaning."""
    found: dict[str, list[str]] = {}
    for text, meaning in texts.items():
        found.setdefault(meaning, []).append(text)
    return found


def _by_text(texts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the meaning of each text, as `_by_meaning` had it."""
    return {text: meaning for meaning, listed in texts.items() for text in listed}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
