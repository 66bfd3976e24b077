"""`pigeonhole quality`: how well rules do on the labelled files of a server."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import click
from pydantic import TypeAdapter

from app.learning.quality import MIN_KEPT, Cell, Quality, Share, Threshold
from app.text import counted, escape_line
from cli.api_client.address import server_options
from cli.api_client.opening import open_server
from cli.tables import example, json_option, name_type, print_json, print_table
from worker.classification.explanation.bands import percent

QUALITY = "/api/v1/classifier/quality"
FITTING, READY = "fitting", "ready"
POLL_SECONDS = 2.0
# What a state other than "ready" means.
STATES = {
    "off": "This server does not learn and measures nothing: set PIGEONHOLE_LEARN=on.",
    "no_rules": "The project has no jobs: classify files first.",
    "no_labels": "The project has no labels: give some, see `pigeonhole triage`.",
    FITTING: "The report is being computed: ask again in a minute, or give --wait.",
    "failed": "The report cannot be computed",
}

UNUSED = "Jobs use them for the labelled documents only: for others the gain is too small."
NO_THRESHOLD = (
    f"No min_confidence can be suggested: that takes {MIN_KEPT} types that are right often enough."
)
# A smaller share of right verdicts comes from labelling mistakes alone.
MANY_RIGHT = 0.5
MISTAKES = (
    "Most of these files had a wrong verdict. If you label mistakes alone, rules look worse than"
    " they are: confirm right verdicts, too."
)


@dataclass(frozen=True, slots=True)
class RuleAdvice:
    """Files of one label with one wrong verdict, and what to write in the rules."""

    kind: str
    label: str | None
    type: str | None
    files: int
    sentence: str


@dataclass(frozen=True, slots=True)
class ConflictingLabel:
    """One of several copies of a document that have different labels."""

    file_id: UUID
    file_name: str
    label: str | None


@dataclass(frozen=True, slots=True)
class RulesQuality:
    """How well rules do on the labelled files of the project.

    `state` is ready, off, no_rules, no_labels, fitting or failed. `without_learning` and
    `with_learning` are null unless it is ready. Jobs use the labels only where `is_learning_used`.
    `is_current` is false while labels that were given after `labels_at` do not count yet.
    """

    state: str
    project_id: UUID | None
    configuration_id: str | None
    job_id: UUID | None
    types: list[str]
    labels: int
    error: str | None
    engine_version: str | None
    labels_at: datetime | None
    is_current: bool
    is_learning_used: bool
    without_learning: Quality | None
    with_learning: Quality | None
    advice: list[RuleAdvice]
    conflicts: list[list[ConflictingLabel]]


@click.command(epilog=example("pigeonhole quality", "pigeonhole quality --job JOB_ID"))
@click.option(
    "--configuration", "configuration_id", metavar="ID", help="A saved configuration, cfg-..."
)
@click.option("--job", "job_id", type=click.UUID, help="A job.  [default: the latest job]")
@click.option("--wait", is_flag=True, help="Wait while the report is being computed.")
@server_options
@json_option(RulesQuality)
def quality(
    configuration_id: str | None,
    job_id: UUID | None,
    server: str | None,
    api_key: str | None,
    *,
    wait: bool,
    as_json: bool,
) -> None:
    """Print how well rules do on labelled files, and what to write in them.

    Each file is judged by a model that has not seen its label. The report says how many verdicts
    are right, which types are confused, how far confidences can be trusted, and from which
    min_confidence on types are right 90, 95 or 99% of the time.
    """
    if configuration_id is not None and job_id is not None:
        raise click.UsageError("Give --configuration or --job, not both.")
    params = {"configuration_id": configuration_id, "job_id": job_id and str(job_id)}
    given = {name: value for name, value in params.items() if value is not None}
    with open_server(server, api_key) as client:
        found = _read(client.get(QUALITY, given))
        while wait and found.state == FITTING:
            time.sleep(POLL_SECONDS)
            found = _read(client.get(QUALITY, given))
    if as_json:
        print_json(found)
    else:
        print_quality(found)


def _read(wire: Any) -> RulesQuality:  # noqa: ANN401  # JSON
    return TypeAdapter(RulesQuality).validate_python(wire)


def print_quality(found: RulesQuality) -> None:
    """Print a report as tables, or a sentence about why there is none."""
    without, learned = found.without_learning, found.with_learning
    if found.state != READY or without is None or learned is None:
        ending = f": {escape_line(found.error)}" if found.error else ""
        click.echo(STATES.get(found.state, found.state) + ending)
        return
    click.echo(f"Rules: {escape_line(', '.join(found.types))}")
    use = "Jobs use them." if found.is_learning_used else UNUSED
    click.echo(f"The project has {counted(found.labels, 'label')}. {use}")
    if not found.is_current:
        click.echo("The newest labels do not count yet: a worker is fitting them.")
    click.echo()
    click.echo("Each file is judged by a model that has not seen its label:")
    rows = [("without labels", without.accuracy), ("with labels", learned.accuracy)]
    print_table(
        ["", "right", "files", "90% interval"],
        [
            (name, _percent(share.share_right), share.files, _interval(share))
            for name, share in rows
        ],
    )
    if without.accuracy.right < MANY_RIGHT * without.accuracy.files:
        click.echo(MISTAKES)
    _print_details(learned if found.is_learning_used else without, found.types)
    if found.advice:
        click.echo()
        click.echo("What to write:")
        for advice in found.advice:
            click.echo(f"- {escape_line(advice.sentence)}")
    if found.conflicts:
        click.echo()
        click.echo("Copies of a document with different labels:")
        for group in found.conflicts:
            labels = (f"{each.file_id} {name_type(each.label)}" for each in group)
            click.echo(f"- {escape_line(', '.join(labels))}")


def _print_details(used: Quality, types: Sequence[str]) -> None:
    """Print the tables about the verdicts that jobs get."""
    click.echo()
    if any(each.min_confidence is not None for each in used.thresholds):
        _print_thresholds(used.thresholds)
    else:
        click.echo(NO_THRESHOLD)
    click.echo()
    print_table(
        ["confidence", "files", "mean", "right", "90% interval"],
        [
            (
                f"{_percent(band.lowest)} to {_percent(band.highest)}",
                band.share.files,
                _percent(band.mean_confidence),
                _percent(band.share.share_right),
                _interval(band.share),
            )
            for band in used.bands
        ],
    )
    click.echo()
    print_table(["label", "files", "right", "called"], list(_rows_of(used.confusion, types)))


def _print_thresholds(thresholds: Sequence[Threshold]) -> None:
    print_table(
        ["to be right", "min_confidence", "types kept", "right", "90% interval"],
        [
            (
                _percent(each.target),
                "none" if each.min_confidence is None else f"{each.min_confidence:.3f}",
                _percent(each.share_kept),
                _percent(each.share.share_right),
                _interval(each.share),
            )
            for each in thresholds
        ],
    )


def _rows_of(cells: Sequence[Cell], types: Sequence[str]) -> Iterable[tuple[str, int, int, str]]:
    """Yield a row for each label: its files, how many are right, and what they are called.

    The right verdict for a label that is none of the `types` is that no rule fits.
    """
    for label in dict.fromkeys(cell.label for cell in cells):
        row = [cell for cell in cells if cell.label == label]
        expected = label if label in types else None
        right = sum(cell.files for cell in row if cell.type == expected)
        called = (f"{name_type(cell.type)} {cell.files}" for cell in row)
        yield name_type(label), sum(cell.files for cell in row), right, ", ".join(called)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{percent(share)}%"


def _interval(share: Share) -> str:
    if share.low is None or share.high is None:
        return ""
    return f"{percent(share.low)} to {percent(share.high)}%"
