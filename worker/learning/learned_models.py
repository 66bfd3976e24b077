"""The learned models that verdicts use: found for each file, remembered while they are in force."""

import logging
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from app.db import Database
from app.jobs.queue import Claim
from app.labels.labelled_files import find_in_force, find_label, find_newest
from app.learning.models import LearnedData
from app.learning.service import ask, request_fit
from worker.classification.learning.model import LearnedModel, Neighbour, OwnLabel
from worker.classification.learning.storage import unpack_model
from worker.recent import Recent

log = logging.getLogger(__name__)

# With 10,000 labels each takes some 15 MB.
MAX_REMEMBERED = 4


@dataclass(frozen=True, slots=True)
class FoundModel:
    """The model for a job's rules, None if verdicts are the engine's alone.

    `is_missing` tells that the project has labels and no model for these rules, or none of this
    engine: a fit has to be asked for.
    """

    model: LearnedModel | None = None
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class LearnedModelLoader:
    """Loads the models of one engine version, and remembers the last ones."""

    database: Database
    engine_version: str
    _remembered: Recent[tuple[UUID, str], LearnedModel | None] = field(
        default_factory=lambda: Recent(MAX_REMEMBERED)
    )

    def find(self, claim: Claim) -> FoundModel:
        """Return the model for a claim: exactly for its rules, and for this engine.

        Where the check of the fit found no gain, labels count for copies of their documents only.
        So does what was fitted for other rules, until there is a model for these. Without any model
        of this engine, the label of the file itself counts.
        """
        if claim.learn is False:
            return FoundModel()
        with self.database.read() as session:
            found = find_in_force(session, claim.project_id, claim.rules)
        if found is None:
            return FoundModel()
        if found.model_id is None or found.engine_version != self.engine_version:
            is_missing = found.model_id is None or found.is_stale
            return FoundModel(
                self._find_of_other_rules(claim) or self._own_label(claim), is_missing
            )
        model = self._load(found.model_id, found.fitted)
        if model is not None and not (found.is_used or claim.learn):
            # A document that a person has labelled needs no check of what others learn from it.
            model = model.for_copies_only()
        return FoundModel(model)

    def _find_of_other_rules(self, claim: Claim) -> LearnedModel | None:
        """Return what labels say of copies: which documents are alike depends on no rules."""
        with self.database.read() as session:
            found = find_newest(session, claim.project_id, self.engine_version)
        if found is None or found.model_id is None:
            return None
        model = self._load(found.model_id, found.fitted)
        if model is None:
            return None
        has_new_types = not found.types.issuperset(_types_of(claim))
        return model.for_copies_only(ignores_others=has_new_types)

    def _own_label(self, claim: Claim) -> LearnedModel | None:
        with self.database.read() as session:
            label = find_label(session, claim.project_id, claim.file_id, _types_of(claim))
        return None if label is None else OwnLabel.of(Neighbour(claim.file_name, label.type, ""))

    def ask(self, claim: Claim) -> None:
        """Ask for a fit for a claim's rules."""
        with self.database.write() as session:
            model = ask(session, claim.project_id, claim.rules)
            if model.fitted_at is not None:
                request_fit(session, claim.project_id)

    def _load(self, model_id: UUID, fitted: str) -> LearnedModel | None:
        return self._remembered.get((model_id, fitted), lambda: self._read(model_id))

    def _read(self, model_id: UUID) -> LearnedModel | None:
        with self.database.read() as session:
            data = session.scalar(
                select(LearnedData.parameters).where(LearnedData.model_id == model_id)
            )
        try:
            return None if data is None else unpack_model(data)
        except ValueError:
            log.warning("learned model cannot be read; not using it", exc_info=True)
            return None


def _types_of(claim: Claim) -> frozenset[str]:
    return frozenset(rule.type for rule in claim.rules)
