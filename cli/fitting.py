"""Fitting the classifier's constants on files: what `pigeonhole models fit` does."""

from collections.abc import Sequence
from pathlib import Path

import click

from app.jobs.pages import PageSelection
from worker.classification.constants import Constants
from worker.classification.embedder import Embedder
from worker.classification.fitting import fit
from worker.classification.knowledge import load_knowledge
from worker.classification.labelled import (
    Corpus,
    find_directory,
    read_labelled,
    read_text_corpus,
)
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox import SandboxedParser


def fit_constants(place: Path, engines: Sequence[Sequence[Embedder]]) -> list[Constants]:
    """Parse the corpus in `place` and fit the constants of each engine's embedders on it.

    Raises StartupError when there is no corpus.
    """
    directory = find_directory(place)
    corpora = _read_corpora(directory)
    click.echo(f"Fitting on {sum(len(corpus.documents) for corpus in corpora)} documents")
    return [fit(corpora, embedders, load_knowledge()) for embedders in engines]


def _read_corpora(directory: Path) -> list[Corpus]:
    request = ParseRequest(PageSelection())
    with SandboxedParser() as parser:
        labelled, unread = read_labelled(
            directory, lambda file, name: parser.parse(file, name, request)
        )
    for entry, error in unread:
        click.echo(f"Left out {entry.path.name}: {error.sentence}", err=True)
    text = read_text_corpus(directory)
    return [text, labelled] if text else [labelled]
