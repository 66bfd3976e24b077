"""The queue of rules to be looked at: ask, claim, finish, fail, release.

It works as the queue of previews does, see `app.leases`. An answered row stays for a while, so that
who asks again gets the answer.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import Database, announce, now
from app.errors import PigeonholeError, TooManyRequests
from app.jobs.service import ITEMS
from app.jobs.values import Rule
from app.leases import leased_rows
from app.lint.models import LintRequest
from app.lint.values import Hint
from app.paging import count_up_to

# Longer than a worker takes for 200 rules that it embeds for the first time.
LEASE = timedelta(minutes=1)
MAX_ATTEMPTS = 3
# A project may have so many requests, answered or not.
MAX_ROWS = 50
MAX_AGE = timedelta(minutes=10)
RETRY_SECONDS = 1


@dataclass(frozen=True, slots=True)
class LintClaim:
    """A leased request. `is_last` tells that earlier attempts ended without an answer."""

    request_id: UUID
    token: UUID
    rules: tuple[Rule, ...]
    is_last: bool


def ask(database: Database, project_id: UUID, rules: Sequence[Rule]) -> list[Hint] | None:
    """Return the hints about rules; None until a worker, which is woken now, has found them.

    Raises TooManyRequests when the project waits for too many answers, and PigeonholeError when no
    worker could answer.
    """
    digest = _digest(rules)
    with database.read() as session:
        row = session.execute(
            select(LintRequest.answered_at, LintRequest.hints, LintRequest.problem).where(
                LintRequest.project_id == project_id, LintRequest.rules_digest == digest
            )
        ).one_or_none()
    if row is None:
        _insert(database, project_id, digest, rules)
        return None
    if row.problem is not None:
        raise PigeonholeError(row.problem)
    return None if row.hints is None else [Hint.from_json(hint) for hint in row.hints]


def _insert(database: Database, project_id: UUID, digest: str, rules: Sequence[Rule]) -> None:
    is_ours = LintRequest.project_id == project_id
    try:
        with database.write() as session:
            count = session.scalar(select(func.count()).where(is_ours)) or 0
            if count >= MAX_ROWS:
                oldest = (
                    select(LintRequest.id)
                    .where(is_ours, LintRequest.answered_at.is_not(None))
                    .order_by(LintRequest.answered_at)
                    .limit(1)
                )
                freed = session.execute(
                    delete(LintRequest)
                    .where(LintRequest.id == oldest.scalar_subquery())
                    .returning(LintRequest.id)
                )
                if freed.first() is None:
                    raise TooManyRequests(
                        f"{count} sets of rules of this project wait to be looked at. Try again "
                        "when some are done.",
                        RETRY_SECONDS,
                    )
            session.add(
                LintRequest(
                    project_id=project_id,
                    rules_digest=digest,
                    rules=[rule.to_json() for rule in rules],
                )
            )
            session.flush()
            announce(session, ITEMS)
    except IntegrityError:
        return  # another request has asked for it


def claim_next(database: Database, worker: str) -> LintClaim | None:
    """Lease the oldest free request; None if there is none."""
    free = _open().order_by(LintRequest.created_at)
    if not leased_rows.is_any(database, free):
        return None
    with database.write() as session:
        leased = leased_rows.lease_first(session, LintRequest, free, worker, LEASE)
        if leased is None:
            return None
        row, token = leased
        rules = tuple(Rule.from_json(rule) for rule in row.rules)
        return LintClaim(row.id, token, rules, is_last=row.attempt > MAX_ATTEMPTS)


def finish(database: Database, claim: LintClaim, hints: Sequence[Hint]) -> None:
    """Store the hints; has no effect without the lease."""
    _answer(database, claim, {"hints": [hint.to_json() for hint in hints]})


def fail(database: Database, claim: LintClaim, sentence: str) -> None:
    """Store why there are no hints; has no effect without the lease."""
    _answer(database, claim, {"problem": sentence})


def release(database: Database, claim: LintClaim) -> None:
    """Put a request back into the queue; the attempt does not count."""
    leased_rows.release(database, LintRequest, _is_held(claim))


def release_worker(database: Database, worker: str) -> None:
    """Free the requests of a worker that has ended, before their leases expire."""
    leased_rows.release_worker(database, LintRequest, worker)


def count_open(session: Session, cap: int) -> int:
    """Return how many requests are free, at most `cap`."""
    return count_up_to(session, _open(), cap)


def delete_old(database: Database) -> None:
    """Delete the requests older than MAX_AGE, answered or not: who still waits asks again."""
    is_old = LintRequest.created_at < now() - MAX_AGE
    # Reading first avoids the writers' lock of SQLite when there is nothing to delete.
    with database.read() as session:
        if session.scalar(select(LintRequest.id).where(is_old).limit(1)) is None:
            return
    with database.write() as session:
        session.execute(delete(LintRequest).where(is_old))


def discard_of_project(session: Session, project_id: UUID) -> None:
    """Delete the requests of a project."""
    session.execute(delete(LintRequest).where(LintRequest.project_id == project_id))


def _open() -> Select[UUID]:
    return select(LintRequest.id).where(
        LintRequest.answered_at.is_(None), leased_rows.is_free(LintRequest)
    )


def _answer(database: Database, claim: LintClaim, answer: dict[str, object]) -> None:
    values = {**answer, "answered_at": now(), "lease_token": None, "lease_until": None}
    with database.write() as session:
        session.execute(update(LintRequest).where(*_is_held(claim)).values(values))


def _is_held(claim: LintClaim) -> tuple[ColumnElement[bool], ...]:
    return LintRequest.id == claim.request_id, LintRequest.lease_token == claim.token


def _digest(rules: Sequence[Rule]) -> str:
    pairs = [[rule.type, rule.description] for rule in rules]
    return hashlib.sha256(json.dumps(pairs).encode("ascii")).hexdigest()
