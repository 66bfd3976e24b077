"""Reading a labelled corpus with the project's parser."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import psutil

from app.errors import FileError
from app.jobs.pages import PageSelection
from app.jobs.values import Rule
from benchmarks.processes import is_reader
from worker.classification.fitting.corpus import (
    Corpus,
    ManifestEntry,
    find_directory,
    read_labelled,
    read_manifest,
    read_rule_sets,
    read_text_corpus,
)
from worker.classification.needed_text import verdict_request
from worker.parsing.document import Document
from worker.parsing.sandbox.parser import SandboxedParser

_END_SECONDS, _POLL_SECONDS = 5.0, 0.002


@dataclass(frozen=True, slots=True)
class LoadedCorpus:
    """The labelled documents, the rule sets by name, the text corpus, and the files that failed.

    `entries` are all files, including `unread`; `seconds` is the CPU time of reading each of
    them, in the same order.
    """

    labelled: Corpus
    rule_sets: dict[str, tuple[Rule, ...]]
    text: Corpus | None
    unread: tuple[tuple[ManifestEntry, FileError], ...]
    entries: tuple[ManifestEntry, ...]
    seconds: tuple[float, ...]


def load_corpus(place: Path, mode: str = "FAST") -> LoadedCorpus:
    """Parse the corpus in `place`, or in the first directory of it that has a manifest.

    Files get the default selection of a job, the first five pages, their own language, and
    neutral names.
    """
    directory = find_directory(place)
    seconds: list[float] = []
    with SandboxedParser() as parser:

        def parse(file: BinaryIO, name: str, lang: str) -> Document:
            before = reading_seconds(parser)
            try:
                return parser.parse(file, name, verdict_request(PageSelection(), lang, mode))
            finally:
                seconds.append(max(0.0, reading_seconds(parser) - before))

        labelled, unread = read_labelled(directory, parse)
    return LoadedCorpus(
        labelled,
        read_rule_sets(directory),
        read_text_corpus(directory),
        unread,
        read_manifest(directory),
        tuple(seconds),
    )


def reading_seconds(parser: SandboxedParser) -> float:
    """Return the CPU seconds of the processes that have read files.

    Waits for the end of the last one, because an answer comes before its process has ended.
    """
    if parser.server_pid is None:
        return 0.0
    server = psutil.Process(parser.server_pid)
    deadline = time.monotonic() + _END_SECONDS
    while any(map(is_reader, server.children())) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    times = server.cpu_times()
    return times.children_user + times.children_system
