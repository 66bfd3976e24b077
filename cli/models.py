"""`pigeonhole models`: the classifier's fitted constants."""

from pathlib import Path

import click

from app.errors import StartupError
from app.jobs.pages import PageSelection
from worker.classification.constants import Constants
from worker.classification.embedder import Embedder
from worker.classification.knowledge import load_knowledge
from worker.classification.labelled import (
    Corpus,
    find_directory,
    read_labelled,
    read_text_corpus,
)
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox import SandboxedParser


@click.group()
def models() -> None:
    """Look after the classifier's models."""


@models.command()
@click.option(
    "--corpus",
    "place",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Labelled documents: manifest.csv, the files, rules*.json; text.jsonl there or above.",
)
@click.option(
    "--output",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where to write the constants; by default into the installed package.",
)
def fit(place: Path, output: Path | None) -> None:
    """Fit the classifier's constants again, after a change of model, bank, panel or chunks.

    Only means, word counts and regression coefficients are kept of the documents.
    """
    # These load the model and scikit-learn, which other verbs must not wait for.
    from worker.classification.bundled import data_directory  # noqa: PLC0415
    from worker.classification.use import UseEmbedder  # noqa: PLC0415

    try:
        constants = fit_constants(place, UseEmbedder())
        with data_directory() as shipped:
            stem = (output or shipped) / constants.fingerprint.embedder
            constants.save(stem)
    except StartupError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"the constants cannot be written: {error}") from error
    click.echo(f"Wrote {stem}.json and {stem}.npz")


def fit_constants(place: Path, embedder: Embedder) -> Constants:
    """Parse the corpus in `place` and fit the embedder's constants on it.

    Raises StartupError when there is no corpus.
    """
    from worker.classification.fitting import fit as fit_on  # noqa: PLC0415

    directory = find_directory(place)
    corpora = _read_corpora(directory)
    click.echo(f"Fitting on {sum(len(corpus.documents) for corpus in corpora)} documents")
    return fit_on(corpora, embedder, load_knowledge())


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
