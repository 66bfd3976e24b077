"""Creates objects on the fuzzed server through its API and commands."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2

from devtools.server import RunningServer
from tests.fuzz.known import PARAMETERS, RULES, Pools

SAMPLES = Path(__file__).parents[2] / "samples"
# Small and quick to read, of different formats.
DOCUMENTS = ("lentil-soup.txt", "ferry.html", "bottles.eml", "irrigation.pdf")
OF_EACH = 24
FINISHED_SECONDS = 60.0


def make_keys(server: RunningServer) -> dict[str, str]:
    """Return the keys of the owner, of another tenant and for administration."""
    organization = _find_id(server.run("orgs", "create", "other"))
    return {
        "tenant": server.api_key,
        "other": _last_word(
            server.run("keys", "create", "other", "--organization-id", organization)
        ),
        "admin": _last_word(server.run("keys", "create", "admin", "--admin")),
    }


def make_pools(client: httpx2.Client, hook_url: str) -> Pools:
    """Create files, jobs with results, deliveries and the rest; return their ids by kind.

    `client` sends the tenant's key; `hook_url` is a receiver that webhooks reach.
    """
    pools: Pools = {
        "project": [one["id"] for one in _json(client.get("/api/v1/projects"))],
        "organization": [one["id"] for one in _json(client.get("/api/v1/organizations"))],
        "file": list(_files(client)),
    }
    files = pools["file"]
    hook = {"webhook_url": hook_url}
    pools["job"] = [
        _made(
            client,
            "/api/v1/classifier/jobs",
            {
                "file_ids": files[number : number + 2],
                "rules": RULES,
                "webhook_configurations": [hook],
            },
        )
        for number in range(OF_EACH)
    ]
    pools["configuration"] = [
        _made(
            client,
            "/api/v1/beta/configurations",
            {"name": f"configuration {number}", "parameters": PARAMETERS},
        )
        for number in range(OF_EACH)
    ]
    pools["webhook"] = [_made(client, "/api/v1/beta/webhook-configs", hook) for _ in files]
    pools["v2 job"] = [
        _made(
            client,
            "/api/v2/classify",
            {"file_input": file, "configuration_id": pools["configuration"][0]},
        )
        for file in files
    ]
    pools["delivery"] = list(find_deliveries(client, pools["job"]))
    pools["result"] = list(_label_results(client, pools["job"]))
    return pools


def find_deliveries(client: httpx2.Client, jobs: list[str]) -> Iterator[str]:
    """Yield job/delivery of each job once its webhook was delivered; raise TimeoutError if not."""
    deadline = time.monotonic() + FINISHED_SECONDS
    for job in jobs:
        path = f"/api/v1/classifier/jobs/{job}/webhooks"
        while not (told := _json(client.get(path))["items"]):
            if time.monotonic() > deadline:
                raise TimeoutError(f"Job {job} has told no webhook in {FINISHED_SECONDS:g} s.")
            time.sleep(0.1)
        yield from (f"{job}/{delivery['id']}" for delivery in told)


def _label_results(client: httpx2.Client, jobs: list[str]) -> Iterator[str]:
    """Label each result of some jobs, and yield job/result."""
    for job in jobs:
        path = f"/api/v1/classifier/jobs/{job}/results"
        for result in _json(client.get(path))["items"]:
            _json(client.put(f"{path}/{result['id']}/label", json={"type": None}))
            yield f"{job}/{result['id']}"


def _files(client: httpx2.Client) -> Iterator[str]:
    for number in range(OF_EACH):
        name = DOCUMENTS[number % len(DOCUMENTS)]
        content = {"upload_file": (name, (SAMPLES / name).read_bytes())}
        yield _json(client.post("/api/v1/files", files=content))["id"]


def _made(client: httpx2.Client, path: str, body: Any) -> str:
    return str(_json(client.post(path, json=body))["id"])


def _json(response: httpx2.Response) -> Any:
    response.raise_for_status()
    return response.json()


def _find_id(output: str) -> str:
    """Return the id in the output of a command, which may also give advice."""
    return next(word for word in output.split() if word.count("-") == 4)


def _last_word(printed: str) -> str:
    return printed.rsplit(maxsplit=1)[-1]
