"""The same files under two versions of the rules: what changed, in both directions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response

from app.api.wire.ids import format_configuration_id
from app.configurations import service as configurations
from app.console.pages.jobs import JobRows, load_rows
from app.console.pages.try_out import saved_configurations
from app.console.verdicts import Row
from app.console.versions import list_versions
from app.console.visits import Visit
from app.jobs import service
from app.jobs.models import Job, JobStatus
from app.jobs.values import ApiVersion
from app.paging import PageRequest

MAX_JOBS = 50


@dataclass(frozen=True, slots=True)
class Pair:
    """One file in both jobs. `change` is same, other, gained or lost; empty until both ended."""

    a: Row
    b: Row

    @property
    def change(self) -> str:
        ended = ("done", "failed")
        if self.a.state not in ended or self.b.state not in ended:
            return ""
        if self.a.shown_type == self.b.shown_type:
            return "same"
        if self.a.type is None and self.b.type is not None:
            return "gained"
        return "lost" if self.b.type is None else "other"

    @property
    def judgement(self) -> str:
        """By the label of a person: better, worse, or empty where nothing tells."""
        if self.change in ("", "same") or self.b.label is None:
            return ""
        if self.b.label == self.b.shown_type:
            return "better"
        return "worse" if self.b.label == self.a.shown_type else ""


@dataclass(frozen=True, slots=True)
class Move:
    """How many files went from one type to another; as filters know the types."""

    before: str
    after: str
    count: int


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that differs: None where a version has no such rule."""

    type: str
    before: str | None
    after: str | None


def show_compare(visit: Visit) -> Response:
    """Show two jobs side by side, or the form that makes the second one."""
    a, b = _id(visit.param("a")), _id(visit.param("b"))
    with visit.call.read() as session:
        recent = service.find_page(
            session, visit.call.scope, PageRequest(MAX_JOBS), ApiVersion.V1
        ).rows
        jobs = [None if each is None else load_rows(session, visit, each) for each in (a, b)]
        saved = saved_configurations(visit)
        versions = {
            each.id: list_versions(configurations.find_versions(session, visit.call.scope, each.id))
            for each in saved
        }
    first, second = jobs
    pairs = make_pairs(first.rows, second.rows) if first and second else []
    return visit.render(
        "compare.html",
        section="compare",
        recent=recent,
        saved=saved,
        versions=versions,
        format_id=format_configuration_id,
        first=first,
        second=second,
        pairs=pairs,
        counts=Counter(pair.change for pair in pairs),
        judgements=Counter(pair.judgement for pair in pairs),
        moves=find_moves(pairs),
        rule_changes=_rule_changes(first, second),
        is_live=any(each and each.job.status == JobStatus.PENDING for each in jobs),
    )


def make_pairs(a: Sequence[Row], b: Sequence[Row]) -> list[Pair]:
    """Return the files that both jobs have, in the order of the first one."""
    waiting: dict[UUID, list[Row]] = {}
    for row in b:
        waiting.setdefault(row.file_id, []).append(row)
    return [Pair(row, waiting[row.file_id].pop(0)) for row in a if waiting.get(row.file_id)]


def find_moves(pairs: Sequence[Pair]) -> list[Move]:
    """Return the moves between types, the most frequent first."""
    moves = Counter(
        (pair.a.shown_type, pair.b.shown_type) for pair in pairs if pair.change not in ("", "same")
    )
    return [Move(before, after, count) for (before, after), count in moves.most_common()]


def compare_rules(
    a: Sequence[Mapping[str, str]], b: Sequence[Mapping[str, str]]
) -> list[RuleChange]:
    """Return the rules that differ between two versions."""
    before = {rule["type"]: rule["description"] for rule in a}
    after = {rule["type"]: rule["description"] for rule in b}
    return [
        RuleChange(type_, before.get(type_), after.get(type_))
        for type_ in dict.fromkeys([*before, *after])
        if before.get(type_) != after.get(type_)
    ]


def _rule_changes(first: JobRows | None, second: JobRows | None) -> list[RuleChange]:
    if first is None or second is None:
        return []
    return compare_rules(_rules(first.job), _rules(second.job))


def _rules(job: Job) -> Sequence[Mapping[str, str]]:
    return job.rules


def _id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
