"""Which project a worker serves next: projects share the workers, however many files they have.

The project with the least work in hand for its weight is next. Among equals each worker process has
its own account of turns: a claim moves a project's time on by 1 / weight, and the lowest time is
next (stride scheduling, Waldspurger and Weihl 1995). No claim has to write a row that other claims
write too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, literal, null, select, update
from sqlalchemy.orm import Session

from app.db import table_of
from app.jobs.models import Item, ItemStatus, Job

# Beyond these, the times of projects that were not served for long are dropped.
MAX_ACCOUNTS = 10_000
# More running items than this are not counted: the order of projects changes little.
MAX_RUNNING = 2_000
MAX_ASSIGNED = 1_000
# Stands for no project: no id is zero.
UNASSIGNED = UUID(int=0)

_ITEMS = table_of(Item)


def has_status(status: ItemStatus) -> ColumnElement[bool]:
    """Return a condition with the status in the text of the statement.

    A partial index serves a prepared statement only if its condition stands in the text.
    """
    return _ITEMS.c.status == literal(status.value, literal_execute=True)


# The ids of projects with queued items, by one step in the index for each, whatever the number of
# their items: DISTINCT would read all of them.
_next_id = select(_ITEMS.c.project_id).where(has_status(ItemStatus.QUEUED)).limit(1)
_waiting = select(
    _next_id.where(_ITEMS.c.project_id.is_not(None))
    .order_by(_ITEMS.c.project_id)
    .scalar_subquery()
    # A name is all that the recursive part knows of it.
    .label("project_id")
).cte("waiting", recursive=True)
_waiting = _waiting.union_all(
    select(
        _next_id.where(_ITEMS.c.project_id > _waiting.c.project_id)
        .order_by(_ITEMS.c.project_id)
        .scalar_subquery()
    ).where(_waiting.c.project_id.is_not(None))
)
# The order makes Postgres walk the index, which also clears its entries of ended items.
_running = (
    select(_ITEMS.c.project_id)
    .where(has_status(ItemStatus.RUNNING))
    .order_by(_ITEMS.c.lease_until)
    .limit(MAX_RUNNING)
    .subquery("running")
)
_in_hand = (
    select(_running.c.project_id, func.count().label("in_hand"))
    .group_by(_running.c.project_id)
    .subquery("in_hand")
)
_has_unassigned = exists().where(has_status(ItemStatus.QUEUED), _ITEMS.c.project_id.is_(None))
_SHARES = (
    select(_waiting.c.project_id, func.coalesce(_in_hand.c.in_hand, 0).label("in_hand"))
    .outerjoin(_in_hand, _in_hand.c.project_id == _waiting.c.project_id)
    .where(_waiting.c.project_id.is_not(None))
    # A row without a project: there are items to assign.
    .union_all(select(null(), literal(0)).where(_has_unassigned))
)
_UNASSIGNED = (
    select(_ITEMS.c.id)
    .where(has_status(ItemStatus.QUEUED), _ITEMS.c.project_id.is_(None))
    .limit(MAX_ASSIGNED)
    .with_for_update(skip_locked=True)
)


@dataclass(frozen=True, slots=True)
class Share:
    """A project with queued items, and how many of its items workers have in hand."""

    project_id: UUID
    in_hand: int


def find_shares(session: Session) -> Sequence[Share]:
    """Return the projects that have queued items; an UNASSIGNED one if items have no project."""
    return [Share(row.project_id or UNASSIGNED, row.in_hand) for row in session.execute(_SHARES)]


def assign_projects(session: Session) -> None:
    """Fill in the project of queued items that a server of the release before inserted.

    Only items with a project are claimed, and workers are upgraded before servers.
    """
    found = session.scalars(_UNASSIGNED).all()
    if found:
        project = select(Job.project_id).where(Job.id == Item.job_id).scalar_subquery()
        session.execute(update(Item).where(Item.id.in_(found)).values(project_id=project))


@dataclass(slots=True)
class ProjectTurns:
    """The account of one worker process; `weights` are 1 for projects that are not named.

    From `most` projects on, those that were not served for long are forgotten.
    """

    weights: Mapping[UUID, int] = field(default_factory=dict)
    most: int = MAX_ACCOUNTS
    _times: dict[UUID, float] = field(default_factory=dict)
    _time: float = 0.0

    def order(self, shares: Sequence[Share]) -> list[UUID]:
        """Return the ids of projects, the one to serve first at the beginning."""
        ordered = sorted(
            shares,
            key=lambda share: (
                share.in_hand / self._weight(share.project_id),
                self._time_of(share.project_id),
            ),
        )
        return [share.project_id for share in ordered]

    def take(self, project_id: UUID) -> None:
        """Note that the worker serves a project now."""
        # A project that had nothing queued begins at the present time: it saves up no turns.
        self._time = self._time_of(project_id)
        if len(self._times) >= self.most:
            self._times = {id_: time for id_, time in self._times.items() if time > self._time}
        self._times[project_id] = self._time + 1 / self._weight(project_id)

    def _time_of(self, project_id: UUID) -> float:
        return max(self._times.get(project_id, 0.0), self._time)

    def _weight(self, project_id: UUID) -> int:
        return self.weights.get(project_id, 1)
