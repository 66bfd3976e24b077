"""Reading a labelled corpus with the project's own parser."""

from dataclasses import dataclass
from pathlib import Path

from app.errors import FileError
from app.jobs.pages import PageSelection
from worker.classification.labelled import (
    Corpus,
    Entry,
    find_directory,
    read_labelled,
    read_rule_sets,
    read_text_corpus,
)
from worker.classification.rules import Rule
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox import SandboxedParser


@dataclass(frozen=True, slots=True)
class LoadedCorpus:
    """The labelled documents, the rule sets by name, more text documents, and what failed."""

    labelled: Corpus
    rule_sets: dict[str, tuple[Rule, ...]]
    text: Corpus | None
    unread: tuple[tuple[Entry, FileError], ...]


def load_corpus(place: Path) -> LoadedCorpus:
    """Parse the corpus in `place`, or in the first directory of it that has a manifest.

    Files get the default selection of a job, the first five pages, and neutral names.
    """
    directory = find_directory(place)
    request = ParseRequest(PageSelection())
    with SandboxedParser() as parser:
        labelled, unread = read_labelled(
            directory, lambda file, name: parser.parse(file, name, request)
        )
    return LoadedCorpus(labelled, read_rule_sets(directory), read_text_corpus(directory), unread)
