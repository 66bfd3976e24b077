"""Finds hints about rules while somebody writes them, between the items of jobs."""

from dataclasses import dataclass

from app.db import Database
from app.lint import requests
from app.lint.requests import LintClaim
from worker.classification.engine import Engine
from worker.classification.lint import lint_rules
from worker.side_work import SideWork

FAILED = "The rules could not be looked at: an unexpected error happened; see the server's log."
GAVE_UP = "The rules could not be looked at: every worker that tried died."


@dataclass(slots=True)
class RulesLinter(SideWork[LintClaim]):
    """Answers the requests for hints."""

    name = "lint"

    database: Database
    engine: Engine

    def _claim(self, worker: str) -> LintClaim | None:
        return requests.claim_next(self.database, worker)

    def _work_on(self, task: LintClaim) -> None:
        if task.is_last:
            requests.fail(self.database, task, GAVE_UP)
        else:
            requests.finish(self.database, task, lint_rules(task.rules, self.engine))

    def _release(self, task: LintClaim) -> None:
        requests.release(self.database, task)

    def _fail(self, task: LintClaim) -> None:
        requests.fail(self.database, task, FAILED)
