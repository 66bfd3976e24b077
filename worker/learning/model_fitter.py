"""Fits learned models between the items of jobs, a little at a time."""

import contextlib
import hashlib
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from app.db import Database
from app.errors import FileError
from app.files.cache import CacheOwner
from app.jobs.values import Rule
from app.labels import labelled_files
from app.labels.labelled_files import LabelledFile
from app.labels.reach import says_about
from app.labels.room import MAX_LABELS
from app.learning import queue
from app.learning.queue import FitClaim, FittedModel
from worker.classification.engine import Engine
from worker.classification.learning.observation import Observation
from worker.classification.learning.storage import (
    pack_model,
    pack_observations,
    unpack_observations,
)
from worker.classification.needed_text import verdict_request
from worker.document_reader import DocumentReader
from worker.learning.fit import LabelledObservation, choose_checked, fit_model
from worker.parsing.document import storable
from worker.side_work import SideWork

log = logging.getLogger(__name__)

# A worker with files to classify works on a fit this often, and so long: a twentieth of its time
# or a little more, when the last document of a slice takes long.
LOOK_SECONDS = 10.0
SLICE_SECONDS = 0.5

FAILED = "an unexpected error happened while it was fitted; see the server's log"


@dataclass(slots=True)
class _Gathering:
    """A fit in progress: the files to look at, and what was seen of those that were."""

    claim: FitClaim
    files: Sequence[LabelledFile]
    known: dict[UUID, Observation]
    waiting: Iterator[LabelledFile]
    checked: frozenset[UUID]
    seen: list[LabelledObservation] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class ModelFitter(SideWork[_Gathering]):
    """Fits the models that are due; `reader` is the one of the worker's pipeline.

    A task takes several turns: it looks at labelled files for `slice_seconds`, and then lets the
    worker classify again.
    """

    name = "learn"

    database: Database
    reader: DocumentReader
    engine: Engine
    look_seconds: float = field(default=LOOK_SECONDS, kw_only=True)
    slice_seconds: float = SLICE_SECONDS
    _current: _Gathering | None = None
    _left: _Gathering | None = None

    def leave(self) -> None:
        """Let any worker go on with a fit in progress: this one may not work again for a while.

        What it has seen is kept: if it is the next to claim the fit, it continues where it was.
        """
        if self._current is not None:
            with contextlib.suppress(SQLAlchemyError):  # then its lease expires
                queue.release(self.database, self._current.claim)
            self._left, self._current = self._current, None

    def _claim(self, worker: str) -> _Gathering | None:
        if self._current is None:
            claim = queue.claim_next(self.database, worker)
            if claim is not None:
                self._current = self._begin(claim)
        return self._current

    def _work_on(self, task: _Gathering) -> None:
        if self._gather(task):
            self._finish(task)
            self._current = None
        elif not queue.renew(self.database, task.claim):
            # Labels have changed: begin again with them.
            self._release(task)

    def _release(self, task: _Gathering) -> None:
        self._current = None
        queue.release(self.database, task.claim)

    def _fail(self, task: _Gathering) -> None:
        self._current = None
        queue.fail(self.database, task.claim, FAILED)

    def _begin(self, claim: FitClaim) -> _Gathering:
        left, self._left = self._left, None
        if left is not None and left.claim.is_same_fit(claim):
            left.claim = replace(claim, documents=None)
            return left
        with self.database.read() as session:
            files = labelled_files.find_of_project(session, claim.project_id)
        known: dict[UUID, Observation] = {}
        if claim.documents is not None and claim.engine_version == self.engine.version:
            known = unpack_observations(claim.documents)
        claim = replace(claim, documents=None)  # some 30 MB, read by now
        types = {rule.type for rule in claim.rules}
        about = [file for file in files if says_about(file.type, file.judged, types)]
        # The vectors of so many take 30 MB. A project may have had room for more.
        counted = about[-MAX_LABELS:]
        checked = choose_checked([file.file_id for file in counted])
        return _Gathering(claim, files, known, iter(counted), checked)

    def _gather(self, current: _Gathering) -> bool:
        """Look at labelled files for a while; True when all were looked at."""
        until = time.monotonic() + self.slice_seconds
        for file in current.waiting:
            observation = current.known.get(file.file_id)
            is_checked = file.file_id in current.checked
            if observation is None or (is_checked and not observation.is_scored):
                observation = self._observe(current.claim, file)
            if observation is not None and not is_checked:
                observation = observation.without_scores()
            if observation is not None:
                current.seen.append(
                    LabelledObservation(file.file_id, file.name, file.type, observation)
                )
            if time.monotonic() > until:
                return False
        return True

    def _observe(self, claim: FitClaim, file: LabelledFile) -> Observation | None:
        """Return what learning sees of a file; None if it cannot be read or has no text."""
        cached = self.reader.open_cache(CacheOwner(claim.project_id, file.file_id))
        request = verdict_request(file.pages, file.lang, file.mode)
        try:
            document = self.reader.read(cached, file.blob_key, file.name, request)
            embedded = self.engine.embed(document, cached)
            observation = self.engine.observe(embedded, claim.rules)
        except FileError as error:
            log.info(
                "labelled file cannot be read; fitting without it",
                extra={"file_id": str(file.file_id), "reason": storable(error.sentence)},
            )
            return None
        cached.store()
        return observation

    def _finish(self, current: _Gathering) -> None:
        claim = current.claim
        if not current.files:
            queue.drop(self.database, claim)
            return
        began = time.process_time()
        digest = digest_labels(claim.rules, current.files)
        fit = fit_model(self.engine, claim.rules, current.seen, digest)
        fitted = FittedModel(
            engine_version=self.engine.version,
            labels_digest=digest,
            label_count=len(current.files),
            is_used=fit.is_used,
            report=fit.report,
            parameters=pack_model(fit.model),
            documents=pack_observations({each.file_id: each.observation for each in current.seen}),
        )
        if queue.finish(self.database, claim, fitted):
            log.info(
                "model fitted to labels",
                extra={
                    "project_id": str(claim.project_id),
                    "labels": len(current.files),
                    "is_used": fit.is_used,
                    "cpu_seconds": round(time.process_time() - began, 3),
                    "seconds": round(time.monotonic() - current.began, 3),
                },
            )


def digest_labels(rules: Sequence[Rule], files: Sequence[LabelledFile]) -> str:
    """Return a digest of what a model is fitted to: the rules, the files and their types."""
    whole = hashlib.sha256()
    for rule in rules:
        whole.update(f"{rule.type!r} {rule.description!r}\n".encode("utf-8", "replace"))
    for file in files:
        whole.update(f"{file.file_id} {file.type!r}\n".encode("utf-8", "replace"))
    return whole.hexdigest()
