"""`pigeonhole status`: the state of a server."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import click
from pydantic import TypeAdapter

from cli.api_client.address import server_options
from cli.api_client.opening import open_server
from cli.tables import Columns, example, json_option, print_record


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """The state of a server and of the project of the key.

    A `max_bytes` of 0 means no limit. `disk_free_bytes` is null for a server whose tenants share
    a store. `missing` lists what workers lack.
    """

    version: str
    mode: str
    project_id: UUID
    workers: int
    models: tuple[str, ...]
    missing: tuple[str, ...]
    ocr_languages: tuple[str, ...]
    open_jobs: int
    queued_files: int
    running_files: int
    oldest_seconds: float
    files: int
    bytes: int
    max_bytes: int
    disk_free_bytes: int | None


@click.command(epilog=example("pigeonhole status", "pigeonhole status --json"))
@server_options
@json_option(ServerStatus)
def status(server: str | None, api_key: str | None, *, as_json: bool) -> None:
    """Print the queue, the workers and the store of a server.

    Counts are those of the key's project. The exit code is 1 if no worker is alive: nothing is
    classified then.
    """
    with open_server(server, api_key) as client:
        wire = client.get("/api/v1/status")
    found = read_status(wire)
    labels: Columns = {
        "version": lambda each: f"{each.version}, {each.mode}",
        "project": "project_id",
        "workers": "workers",
        "models": lambda each: ", ".join(each.models),
        "missing": lambda each: " ".join(each.missing),
        "OCR languages": "ocr_languages",
        "open jobs": "open_jobs",
        "files waiting": "queued_files",
        "files being read": "running_files",
        "oldest open job": lambda each: f"{each.oldest_seconds:.0f} s",
        "files kept": "files",
        "bytes kept": lambda each: _of_limit(each.bytes, each.max_bytes),
        "disk free": lambda each: _gigabytes(each.disk_free_bytes),
    }
    print_record(found, labels, as_json=as_json)
    sys.exit(0 if found.workers else 1)


def _of_limit(size: int, limit: int) -> str:
    return f"{size} of {limit}" if limit else str(size)


def _gigabytes(size: int | None) -> str | None:
    return None if size is None else f"{size / 10**9:.1f} GB"


def read_status(wire: Mapping[str, Any]) -> ServerStatus:
    """Return the status of an answer; what a newer server says beyond it is ignored."""
    workers = wire["workers"]
    flat = {**wire, **wire["queue"], **wire["store"], **workers, "workers": workers["count"]}
    return TypeAdapter(ServerStatus).validate_python(flat)
