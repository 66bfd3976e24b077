"""Labelled documents, for fitting constants and measuring quality.

A corpus is a directory with files, `manifest.csv` (columns path, label, language, has_text_layer,
source_repo) and rule sets `rules*.json`, lists of {type, description}. The directory or its parent
may have `text.jsonl`, more documents as text (label, language, source_repo, pages), with their
rules in `text_rules.json`.
"""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.errors import FileError, StartupError
from app.jobs.languages import LANGUAGES
from app.jobs.values import Rule
from worker.parsing.document import Document, DocumentPage

_MAX_PAGES = 5
# Manifests use codes of ISO 639-1.
_CODES = {"zh": "ch_sim"}

Parse = Callable[[BinaryIO, str, str], Document]
"""Parses an open file; takes its name and a job's `lang`; may raise FileError."""


@dataclass(frozen=True, slots=True)
class LabelledDocument:
    """A document whose type is known: the type of a rule, or any other name if no rule fits.

    `source` is its origin. Documents of one source look alike and must never be on both sides of
    an evaluation. `name` is the path of a file, empty for documents of `text.jsonl`.
    """

    document: Document
    label: str
    source: str
    language: str = "en"
    has_text_layer: bool = True
    name: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled documents and the rule sets, at least one, with their types.

    The rule sets have the same types in the same order, in different styles or languages.
    """

    documents: tuple[LabelledDocument, ...]
    rule_sets: tuple[tuple[Rule, ...], ...]


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One line of a manifest; `path` is absolute."""

    path: Path
    label: str
    language: str
    has_text_layer: bool
    source: str

    @property
    def lang(self) -> str:
        """The language as a job's `lang`; the default where `lang` has no such language."""
        code = _CODES.get(self.language, self.language)
        return code if code in LANGUAGES else "en"

    def labelled(self, document: Document) -> LabelledDocument:
        """Return the parsed document of the file with its label."""
        return LabelledDocument(
            document, self.label, self.source, self.language, self.has_text_layer, str(self.path)
        )


def find_directory(place: Path) -> Path:
    """Return the labelled directory: `place` itself or the first one in it with a manifest.

    Raises StartupError when there is none.
    """
    for directory in (place, *sorted(place.glob("*/"))):
        if (directory / "manifest.csv").is_file():
            return directory
    raise StartupError(f"there is no manifest.csv in {place} or in a directory in it")


def read_manifest(directory: Path) -> tuple[ManifestEntry, ...]:
    """Return the entries of `directory`/manifest.csv, in order."""
    with (directory / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            ManifestEntry(
                path=directory / row["path"],
                label=row["label"],
                language=row["language"],
                has_text_layer=row["has_text_layer"] == "yes",
                source=row["source_repo"],
            )
            for row in csv.DictReader(lines)
        )


def read_rules(path: Path) -> tuple[Rule, ...]:
    """Return the rules of a file: a JSON list of objects with `type` and `description`."""
    rules = json.loads(path.read_text(encoding="utf-8"))
    return tuple(Rule(rule["type"], rule["description"]) for rule in rules)


def read_rule_sets(directory: Path) -> dict[str, tuple[Rule, ...]]:
    """Return the rule sets of a labelled directory by file name without `.json`."""
    paths = sorted(directory.glob("rules*.json"), key=lambda path: (len(path.stem), path.stem))
    if not paths:
        raise StartupError(f"there is no rules.json in {directory}")
    return {path.stem: read_rules(path) for path in paths}


def read_labelled(
    directory: Path, parse: Parse
) -> tuple[Corpus, tuple[tuple[ManifestEntry, FileError], ...]]:
    """Parse all files of a labelled directory; return the corpus and the files that failed.

    `parse` gets a neutral name for each file, because the real one may contain the type.
    """
    documents = []
    unread = []
    for entry in read_manifest(directory):
        try:
            with entry.path.open("rb") as file:
                document = parse(file, f"document{entry.path.suffix}", entry.lang)
                documents.append(entry.labelled(document))
        except FileError as error:
            unread.append((entry, error))
    rule_sets = tuple(read_rule_sets(directory).values())
    return Corpus(tuple(documents), rule_sets), tuple(unread)


def read_text_corpus(directory: Path) -> Corpus | None:
    """Return the documents of `text.jsonl` in or above `directory`; None without such a file."""
    for place in (directory, directory.parent):
        lines, rules = place / "text.jsonl", place / "text_rules.json"
        if lines.is_file() and rules.is_file():
            return Corpus(tuple(_text_documents(lines)), (read_rules(rules),))
    return None


def _text_documents(path: Path) -> Sequence[LabelledDocument]:
    documents = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            pages = tuple(
                DocumentPage(index, text) for index, text in enumerate(row["pages"][:_MAX_PAGES])
            )
            documents.append(
                LabelledDocument(
                    Document("txt", pages, max(len(row["pages"]), 1)),
                    row["label"],
                    row["source_repo"],
                    row["language"],
                )
            )
    return documents
