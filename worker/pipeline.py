"""The path of the main job: claim an item, read its file, classify it, record the outcome."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from app.db import Database, retry_write
from app.errors import FileError, FileErrorCode
from app.files.cache import CacheOwner
from app.jobs import queue
from app.jobs.completion import Classified
from app.jobs.queue import Claim, Claimer
from app.jobs.turns import ProjectTurns
from app.jobs.values import FileFailure, Verdict
from app.observability import metrics
from app.observability.logging import bind
from app.observability.tracing import span, stop_tracing
from worker.classification.embedders.http import HttpEmbedder
from worker.classification.engine import Classification, Engine
from worker.classification.learning.model import LearnedModel
from worker.classification.needed_text import verdict_request
from worker.document_reader import DELETED, MACHINE_FAULTS, DocumentReader
from worker.example_loader import ExampleLoader
from worker.file_cache import CacheSession
from worker.learning.learned_models import FoundModel, LearnedModelLoader
from worker.learning.model_fitter import ModelFitter
from worker.parsing.document import PARSER_VERSION, Document, storable
from worker.parsing.sandbox.parser import ReadingAborted
from worker.preview_renderer import PreviewRenderer
from worker.rules_linter import RulesLinter
from worker.runtime.lease import TOO_LONG, Lease, LeaseLost
from worker.side_work import SideWork

log = logging.getLogger(__name__)

# How often an outcome is written while the database is unavailable or full.
RECORD_TRIES = 8

INTERNAL = FileFailure(
    FileErrorCode.INTERNAL,
    "an unexpected error happened while this file was classified; see the server's log",
)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What one worker process works with, in one thread at a time.

    `limit` is the time that one file may take. `remote` is the engine's embedder if it is a server.
    `timeouts` are the exceptions that the time limit of a task queue raises inside the work.
    `turns` is its account of the projects that it served. `learned` and `fitter` are None where
    learning is switched off.
    """

    database: Database
    reader: DocumentReader
    engine: Engine
    examples: ExampleLoader
    lease: timedelta
    limit: timedelta = timedelta(minutes=10)
    timeouts: tuple[type[Exception], ...] = ()
    remote: HttpEmbedder | None = None
    previews: PreviewRenderer | None = None
    linter: RulesLinter | None = None
    turns: ProjectTurns = field(default_factory=ProjectTurns)
    learned: LearnedModelLoader | None = None
    fitter: ModelFitter | None = None

    @property
    def capabilities(self) -> dict[str, object]:
        """What this worker can do, for its heartbeat row."""
        return {
            "engines": self.engine.embedder_names,
            "missing": (self.remote and self.remote.trouble) or self.engine.missing,
            "parser": PARSER_VERSION,
            "ocr_languages": self.reader.ocr_languages,
        }

    def run_next(
        self,
        worker: str,
        *,
        on_claim: Callable[[Claim | None], None],
        goes_on: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Claim an item and process it; False when none is queued or none can be processed now.

        While `goes_on` is true, the transaction that finishes an item also claims the next one,
        which is processed too. Makes previews and hints about rules that are asked for when no
        item is queued, and now and then before one; the same holds for fits of learned models.
        Calls `on_claim` with each claim, and with None at its end. Raises one of MACHINE_FAULTS
        when this machine is at fault and not the file; the item is requeued then.
        """
        if _run_if_due(self.previews, worker):
            return True
        if not self._is_remote_ready:
            # A claimed file would be read and then requeued.
            return False
        if _run_if_due(self.linter, worker) or _run_if_due(self.fitter, worker):
            return True
        all_side_work = (self.previews, self.linter, self.fitter)
        side_work = [each for each in all_side_work if each is not None]
        began = time.time_ns()
        claim = queue.claim_next(self.database, worker, self.lease, self.turns)
        if claim is None:
            return any(each.run_next(worker) for each in side_work)
        claimer = Claimer(worker, self.lease, self.turns)

        def following() -> Claimer | None:
            is_other_work_due = any(each.is_due for each in side_work)
            may_go_on = goes_on() and not is_other_work_due and self._is_remote_ready
            return claimer if may_go_on else None

        while claim is not None:
            claim = self._work_on(claim, began, on_claim, following)
            began = time.time_ns()
        return True

    @property
    def _is_remote_ready(self) -> bool:
        return self.remote is None or self.remote.is_ready()

    def _work_on(
        self,
        claim: Claim,
        began: int,
        on_claim: Callable[[Claim | None], None],
        following: Callable[[], Claimer | None],
    ) -> Claim | None:
        """Process a claimed item; return the claim that was made when it was finished."""
        on_claim(claim)
        try:
            with (
                bind(
                    request_id=claim.request_id,
                    job_id=str(claim.job_id),
                    item_id=str(claim.item_id),
                ),
                span(
                    "file",
                    began,
                    request_id=claim.request_id,
                    job_id=str(claim.job_id),
                    item_id=str(claim.item_id),
                ),
                Lease(self.database, claim, self.lease, self.limit, self.reader.abort) as lease,
            ):
                # Recorded after the claim: most claims find nothing.
                with span("claim", began):
                    pass
                return self._process(claim, lease, following)
        finally:
            on_claim(None)

    def end_turn(self) -> None:
        """Leave a fit in progress to whoever works next."""
        if self.fitter is not None:
            self.fitter.leave()

    def close(self) -> None:
        """End the parser's process and the database connections."""
        self.end_turn()
        self.reader.close()
        self.database.close()
        stop_tracing()

    def _process(
        self, claim: Claim, lease: Lease, following: Callable[[], Claimer | None]
    ) -> Claim | None:
        began = time.perf_counter()
        cached = self.reader.open_cache(CacheOwner(claim.project_id, claim.file_id))
        facts: dict[str, object] = {"file_id": str(claim.file_id), "file_name": claim.file_name}
        try:
            found = FoundModel() if self.learned is None else self.learned.find(claim)
            outcome = self._classify_file(claim, cached, lease, found.model, facts)
        except LeaseLost:
            log.info("lease lost or job ended; stopping work on the file")
            return None
        except MACHINE_FAULTS:
            queue.release(self.database, claim)
            raise
        finished = retry_write(
            lambda: queue.finish_and_claim(self.database, claim, outcome, following()),
            RECORD_TRIES,
        )
        if not finished.is_recorded:
            log.warning("lease lost; discarding the outcome")
            metrics.LEASES_LOST.add()
            return None
        _count(outcome)
        facts |= self._describe(outcome)
        facts["seconds"] = round(time.perf_counter() - began, 3)
        log.info("file ended", extra={**facts, **cached.origins})
        if isinstance(outcome, Classified):
            # After the outcome is recorded, so that no client waits for it.
            cached.store()
            if self.learned is not None and found.is_missing:
                self.learned.ask(claim)
        return finished.following

    def _classify_file(
        self,
        claim: Claim,
        cached: CacheSession,
        lease: Lease,
        learned: LearnedModel | None,
        facts: dict[str, object],
    ) -> Classified | FileFailure:
        """Return the outcome; adds what the log says of the document to `facts`."""
        try:
            document = self._read(claim, cached)
            facts |= {"format": document.format, "pages": len(document.pages)}
            lease.check()
            classification = self._classify(claim, cached, document, lease, learned)
        except FileError as error:
            return FileFailure(error.code, storable(error.sentence))
        except self.timeouts:
            return TOO_LONG
        except MemoryError:
            # Uncaught, it would end a whole Celery worker and not only this file.
            return FileFailure(
                FileErrorCode.OUT_OF_MEMORY, "classifying the file took too much memory"
            )
        except ReadingAborted:
            raise LeaseLost from None
        except (*MACHINE_FAULTS, LeaseLost):
            raise
        except Exception:  # one file's failure must never touch another file
            log.exception("unexpected error while classifying a file; ending it with an error")
            return INTERNAL
        return Classified(_storable_verdict(classification.verdict), classification.version)

    def _describe(self, outcome: Classified | FileFailure) -> dict[str, object]:
        """Return what the log says of an outcome."""
        if isinstance(outcome, FileFailure):
            return {
                "outcome": outcome.code.value,
                "type": None,
                "confidence": None,
                "engine": self.engine.version,
            }
        return {
            "outcome": "classified",
            "type": outcome.verdict.type,
            "confidence": round(outcome.verdict.confidence, 3),
            "engine": outcome.engine_version,
        }

    def _read(self, claim: Claim, cached: CacheSession) -> Document:
        if claim.blob_key is None:
            raise FileError(FileErrorCode.FILE_DELETED, DELETED)
        request = verdict_request(claim.pages, claim.lang, claim.mode)
        return self.reader.read(cached, claim.blob_key, claim.file_name, request)

    def _classify(
        self,
        claim: Claim,
        cached: CacheSession,
        document: Document,
        lease: Lease,
        learned: LearnedModel | None,
    ) -> Classification:
        examples = self.examples.load(claim)
        lease.check()
        began = time.perf_counter()
        with span("classify"):
            embedded = self.engine.embed(document, cached)
            lease.check()
            classification = self.engine.judge(
                embedded,
                claim.rules,
                examples.by_type,
                examples.warnings,
                claim.min_confidence,
                learned,
            )
        metrics.CLASSIFY_SECONDS.observe(time.perf_counter() - began, claim.mode)
        return classification


def _run_if_due(work: SideWork[Any] | None, worker: str) -> bool:
    """Do some of the work beside the items if it is due; False when there was nothing to do."""
    return work is not None and work.is_due and work.run_next(worker)


def _count(outcome: Classified | FileFailure) -> None:
    if isinstance(outcome, FileFailure):
        metrics.count_failed_file(outcome.code)
    else:
        metrics.FILES.add(1, "null" if outcome.verdict.type is None else "classified")


def _storable_verdict(verdict: Verdict) -> Verdict:
    quotes = tuple(replace(each, quote=storable(each.quote)) for each in verdict.evidence)
    return replace(verdict, reasoning=storable(verdict.reasoning), evidence=quotes)
