"""`pigeonhole jobs`: look at the jobs of a server, and cancel them."""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from cli.api_client.address import server_options
from cli.api_client.opening import open_server
from cli.tables import (
    Columns,
    example,
    json_option,
    limit_option,
    print_items,
    print_json,
    print_record,
)
from worker.classification.explanation.bands import percent

if TYPE_CHECKING:
    from cli.api_client.client import ServerClient

PATH = "/api/v1/classifier/jobs"
OPEN, DONE = "PENDING", "SUCCESS"
POLLS = (0.5, 1.0, 2.0, 5.0)


@click.group()
def jobs() -> None:
    """Look at the jobs of a server, and cancel them.

    These are the jobs that were made with version 1 of the API.
    """


@dataclass(frozen=True, slots=True)
class ListedJob:
    """A job; every status but PENDING is final. Counts of an older server are null."""

    id: UUID
    status: str
    created_at: datetime
    updated_at: datetime
    mode: str
    rule_types: tuple[str, ...]
    file_count: int | None
    ended_count: int | None
    failed_count: int | None
    error_message: str | None


@dataclass(frozen=True, slots=True)
class JobItem:
    """The result of one file: a verdict, an error, or neither while it waits."""

    file_id: UUID
    file_name: str | None
    type: str | None
    confidence: float | None
    summary: str | None
    error: str | None
    error_code: str | None


@dataclass(frozen=True, slots=True)
class JobWithItems:
    """A job and the results of its files, in the order of the request."""

    job: ListedJob
    items: list[JobItem]


LABELS: Columns = {
    "job": "id",
    "status": "status",
    "created": "created_at",
    "files": "file_count",
    "ended": "ended_count",
    "failed": "failed_count",
    "rules": "rule_types",
    "errors": "error_message",
}


@jobs.command("list", epilog=example("pigeonhole jobs list --limit 5"))
@limit_option(10_000, "jobs")
@server_options
@json_option(ListedJob, is_list=True)
def list_jobs(limit: int, server: str | None, api_key: str | None, *, as_json: bool) -> None:
    """List the jobs of the key's project, newest first."""
    with open_server(server, api_key) as client:
        found = [_job(item) for item in client.list_items(PATH, limit)]
    columns: Columns = {
        "job": "id",
        "status": "status",
        "created": "created_at",
        "files": "file_count",
    }
    print_items(found, columns, as_json=as_json)


@jobs.command(epilog=example("pigeonhole jobs show JOB_ID"))
@click.argument("job_id", type=click.UUID)
@server_options
@json_option(JobWithItems)
def show(job_id: UUID, server: str | None, api_key: str | None, *, as_json: bool) -> None:
    """Print a job and the results of its files."""
    with open_server(server, api_key) as client:
        job = _job(client.get(f"{PATH}/{job_id}"))
        items = _read_items(client, job_id)
    if as_json:
        print_json(JobWithItems(job, items))
        return
    print_record(job, LABELS, as_json=False)
    click.echo()
    columns: Columns = {
        "file": lambda item: item.file_name or item.file_id,
        "type": lambda item: item.type or "",
        "sure": lambda item: "" if item.confidence is None else f"{percent(item.confidence)}%",
        "summary": lambda item: item.error or item.summary or "waiting",
    }
    print_items(items, columns, as_json=False)


@jobs.command(epilog=example("pigeonhole jobs watch JOB_ID"))
@click.argument("job_id", type=click.UUID)
@server_options
@json_option(ListedJob)
def watch(job_id: UUID, server: str | None, api_key: str | None, *, as_json: bool) -> None:
    """Wait until a job has ended, and print it.

    The exit code is 1 unless every file of the job has a result.
    """
    with open_server(server, api_key) as client:
        job = _job(client.get(f"{PATH}/{job_id}"))
        shown, polls = "", 0
        while job.status == OPEN:
            items = _read_items(client, job_id)
            ended = sum(item.type is not None or item.summary is not None for item in items)
            ended += sum(item.error is not None for item in items)
            progress = f"{ended} of {len(items)} files have ended"
            if progress != shown:
                click.echo(progress, err=True)
                shown, polls = progress, 0
            time.sleep(POLLS[min(polls, len(POLLS) - 1)])
            polls += 1
            job = _job(client.get(f"{PATH}/{job_id}"))
    print_record(job, LABELS, as_json=as_json)
    sys.exit(0 if job.status == DONE else 1)


@jobs.command(epilog=example("pigeonhole jobs cancel JOB_ID"))
@click.argument("job_id", type=click.UUID)
@server_options
@json_option(ListedJob)
def cancel(job_id: UUID, server: str | None, api_key: str | None, *, as_json: bool) -> None:
    """Cancel a job. Existing results stay; a job that has ended stays as it is."""
    with open_server(server, api_key) as client:
        job = _job(client.post(f"{PATH}/{job_id}/cancel"))
    print_record(job, LABELS, as_json=as_json)


def _read_items(client: "ServerClient", job_id: UUID) -> list[JobItem]:
    return [_item(item) for item in client.get(f"{PATH}/{job_id}/results")["items"]]


def _job(wire: Mapping[str, Any]) -> ListedJob:
    return ListedJob(
        id=UUID(wire["id"]),
        status=wire["status"],
        created_at=datetime.fromisoformat(wire["created_at"]),
        updated_at=datetime.fromisoformat(wire["updated_at"]),
        mode=wire["mode"],
        rule_types=tuple(rule["type"] for rule in wire["rules"]),
        file_count=wire.get("file_count"),
        ended_count=wire.get("ended_count"),
        failed_count=wire.get("failed_count"),
        error_message=wire["error_message"],
    )


def _item(wire: Mapping[str, Any]) -> JobItem:
    result = wire["result"] or {}
    error = wire.get("error") or {}
    reasoning = result.get("reasoning") or ""
    return JobItem(
        file_id=UUID(wire["file_id"]),
        file_name=wire.get("file_name"),
        type=result.get("type"),
        confidence=result.get("confidence"),
        summary=(result.get("summary") or reasoning).partition("\n")[0] or None,
        error=error.get("message"),
        error_code=error.get("code"),
    )
