"""Fits the classifier's constants on files, for `pigeonhole models fit`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from app.errors import FileError, StartupError
from app.jobs.pages import PageSelection
from app.settings import Settings
from worker.classification.embedders.base import Embedder
from worker.classification.embedders.http_client import EmbedderUnavailable
from worker.classification.embedders.use.numpy_model import UseEmbedder
from worker.classification.fitting.caching_embedder import CachingEmbedder
from worker.classification.fitting.corpus import (
    Corpus,
    find_directory,
    read_labelled,
    read_text_corpus,
)
from worker.classification.fitting.fit import fit
from worker.classification.knowledge.base import compile_knowledge, load_knowledge
from worker.classification.loading import (
    constants_name,
    constants_path,
    data_directory,
    limit_blas_threads,
    load_e5,
    load_embedder,
    load_use,
)
from worker.classification.needed_text import verdict_request
from worker.classification.scoring.constants import Constants
from worker.parsing.sandbox.parser import SandboxedParser


def fit_built_in(
    places: Sequence[Path], settings: Settings, output: Path | None, *, alone: bool
) -> list[Path]:
    """Fit the constants of the built-in models: of both together and of the first alone.

    With `alone`, fits only the latter. Without `output`, compiles the knowledge first. Returns
    the paths that were written, without endings.
    Raises StartupError when the corpus is missing or the constants cannot be written.
    """
    for place in places:
        find_directory(place)  # Whether there is a corpus, before what takes seconds.
    if output is None:
        compile_knowledge()
    engines: list[list[Embedder]] = [[CachingEmbedder(UseEmbedder())]]
    if not alone:
        models = settings.built_models
        engines.append([CachingEmbedder(load_e5(models)), CachingEmbedder(load_use(models))])
    fitted = fit_constants(places, engines)
    with data_directory() as shipped:
        paths = [(output or shipped) / constants_name(embedders) for embedders in engines]
        for path, constants in zip(paths, fitted, strict=True):
            _save(constants, path)
    return paths


def fit_custom(places: Sequence[Path], settings: Settings, output: Path | None) -> list[Path]:
    """Fit the constants of PIGEONHOLE_EMBEDDER; returns and raises as `fit_built_in` does."""
    embedder = load_embedder(settings)
    path = constants_path(settings.built_models, embedder)
    if output is not None:
        path = output / path.name
    _make_directory(path.parent)  # before the fit, which takes long
    try:
        (constants,) = fit_constants(places, [[CachingEmbedder(embedder)]])
    except (EmbedderUnavailable, FileError) as error:
        raise StartupError(str(error)) from error
    _save(constants, path)
    return [path]


def fit_constants(places: Sequence[Path], engines: Sequence[Sequence[Embedder]]) -> list[Constants]:
    """Parse the corpora in `places` and fit the constants of each engine's embedders on them.

    Raises StartupError when there is no corpus in a place.
    """
    limit_blas_threads()
    directories = [find_directory(place) for place in places]
    corpora = [_read_corpus(directory) for directory in directories]
    # Directories may share the file of texts, which counts once.
    texts = next(filter(None, map(read_text_corpus, directories)), None)
    if texts is not None:
        corpora.insert(0, texts)
    click.echo(f"Fitting on {sum(len(corpus.documents) for corpus in corpora)} documents")
    return [fit(corpora, embedders, load_knowledge()) for embedders in engines]


def _read_corpus(directory: Path) -> Corpus:
    with SandboxedParser() as parser:
        labelled, unread = read_labelled(
            directory,
            lambda file, name, lang: parser.parse(
                file, name, verdict_request(PageSelection(), lang)
            ),
        )
    for entry, error in unread:
        click.echo(f"Left out {entry.path.name}: {error.sentence}", err=True)
    return labelled


def _make_directory(directory: Path) -> None:
    with _written():
        directory.mkdir(parents=True, exist_ok=True)


def _save(constants: Constants, path: Path) -> None:
    _make_directory(path.parent)
    with _written():
        constants.save(path)


@contextmanager
def _written() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StartupError(f"the constants cannot be written: {error}") from error
