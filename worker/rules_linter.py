"""Finds hints about rules while somebody writes them, between the items of jobs."""

import logging
import time
from dataclasses import dataclass, field

from app.db import Database
from app.lint import requests
from app.lint.requests import LintClaim
from app.observability.tracing import span
from worker.classification.engine import Engine
from worker.classification.lint import lint_rules
from worker.document_reader import MACHINE_FAULTS
from worker.preview_renderer import LOOK_SECONDS

log = logging.getLogger(__name__)

FAILED = "The rules could not be looked at: an unexpected error happened; see the server's log."
GAVE_UP = "The rules could not be looked at: every worker that tried died."


@dataclass(slots=True)
class RulesLinter:
    """Answers the requests for hints; it looks for them as often as for previews."""

    database: Database
    engine: Engine
    look_seconds: float = LOOK_SECONDS
    _looked_at: float = field(default_factory=time.monotonic)

    @property
    def is_due(self) -> bool:
        """Whether nobody has looked for requests for a while."""
        return time.monotonic() - self._looked_at > self.look_seconds

    def run_next(self, worker: str) -> bool:
        """Answer the next request; False when there is none.

        Raises what an embedder raises when this machine is at fault; another attempt follows.
        """
        self._looked_at = time.monotonic()
        claim = requests.claim_next(self.database, worker)
        if claim is None:
            return False
        try:
            with span("lint"):
                self._answer(claim)
        except MACHINE_FAULTS:
            requests.release(self.database, claim)
            raise
        except Exception:  # nothing about one set of rules may stop the jobs
            log.exception("unexpected error while looking for hints; ending the request")
            requests.fail(self.database, claim, FAILED)
        return True

    def _answer(self, claim: LintClaim) -> None:
        if claim.is_last:
            requests.fail(self.database, claim, GAVE_UP)
        else:
            requests.finish(self.database, claim, lint_rules(claim.rules, self.engine))
