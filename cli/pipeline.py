"""Builds the pipeline of a worker process.

An embedded worker imports this module by name: it must not import the API nor Celery, which
together take as much memory as a parser.
"""

import logging
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import timedelta
from typing import TYPE_CHECKING

from app.db import Database
from app.errors import StartupError
from app.files.cache import FileCache
from app.jobs.turns import ProjectTurns
from app.observability.tracing import start_tracing
from app.settings import Settings
from app.settings_checks import parse_weights
from cli.composition import open_blobs, open_database
from cli.parser_limits import parser_limits
from cli.preloaded_engine import preloaded
from worker.parsing.ocr.installed import find_ocr
from worker.parsing.sandbox.parser import SandboxedParser
from worker.runtime.processor import Processor

if TYPE_CHECKING:
    from worker.document_reader import DocumentReader

log = logging.getLogger(__name__)


def require_embedder(settings: Settings) -> None:
    """Raise StartupError unless workers can load the embedder that the settings name.

    Loads it in another process: the API must stay small, and a parent of workers must not
    have the threads of a model when it forks. The built-in models need no such check.
    """
    if not settings.embedder:
        return
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
            pool.submit(_try_engine, settings).result()
    except BrokenProcessPool as error:
        raise StartupError(
            "PIGEONHOLE_EMBEDDER: the process that loaded the model died, perhaps for lack of"
            " memory: give it more memory, or choose a smaller model"
        ) from error


def _try_engine(settings: Settings) -> None:
    from worker.classification.loading import load_engine  # noqa: PLC0415

    load_engine(settings)


def build_pipeline(settings: Settings, timeouts: tuple[type[Exception], ...]) -> Processor:
    """Return the pipeline of a worker process; loads the classifier unless it has inherited one.

    `timeouts` are the exceptions that the time limit of a task queue raises.
    """
    # Imported here: the API process imports this module and must not load the classifier.
    from worker.classification.loading import (  # noqa: PLC0415
        limit_blas_threads,
        load_engine,
        remote_of,
    )
    from worker.example_loader import ExampleLoader  # noqa: PLC0415
    from worker.learning.learned_models import LearnedModelLoader  # noqa: PLC0415
    from worker.learning.model_fitter import ModelFitter  # noqa: PLC0415
    from worker.pipeline import Pipeline  # noqa: PLC0415
    from worker.preview_renderer import PreviewRenderer  # noqa: PLC0415
    from worker.rules_linter import RulesLinter  # noqa: PLC0415

    start_tracing(settings, "pigeonhole-worker")
    engine = preloaded(settings) or load_engine(settings)
    limit_blas_threads()
    if engine.missing is not None:
        log.warning("one model unavailable; using USE alone", extra={"reason": engine.missing})
    # For the work, its lease, the heartbeat, and two in reserve.
    database = open_database(settings, connections=5)
    reader = _make_reader(settings, database)
    learns = settings.learn == "on"
    return Pipeline(
        database=database,
        reader=reader,
        engine=engine,
        examples=ExampleLoader(database, engine, reader),
        lease=timedelta(seconds=settings.lease_seconds),
        limit=timedelta(seconds=settings.item_seconds),
        timeouts=timeouts,
        remote=remote_of(engine),
        previews=PreviewRenderer(database, reader),
        linter=RulesLinter(database, engine),
        learned=LearnedModelLoader(database, engine.version) if learns else None,
        fitter=ModelFitter(database, reader, engine) if learns else None,
        turns=ProjectTurns(parse_weights(settings.project_weights)),
    )


def _make_reader(settings: Settings, database: Database) -> "DocumentReader":
    """Return the reader of the worker, which starts its parser; logs the languages of OCR."""
    from worker.document_reader import DocumentReader  # noqa: PLC0415  # as above

    limits, ocr = parser_limits(settings), find_ocr(settings.ocr_data_dir)
    log.info("languages of OCR found", extra={"languages": " ".join(ocr.languages) or "none"})
    blobs = open_blobs(settings)
    parser = SandboxedParser(limits, ocr)
    # Its imports take .7 s, for which the first file would wait.
    parser.start()
    return DocumentReader(
        database=database,
        blobs=blobs,
        parser=parser,
        cache=FileCache(database, blobs, settings.cache_max_bytes),
        limits=limits,
        ocr=ocr,
        error_seconds=settings.limit_error_seconds,
    )
