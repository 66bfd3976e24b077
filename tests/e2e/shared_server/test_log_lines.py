"""Every line of every process is JSON, and an outage is few of them."""

import json

import pytest

from devtools.client import Client
from devtools.redis import RedisServer
from devtools.server import RunningServer
from devtools.waiting import until


def test_every_line_is_json(server: RunningServer, client: Client) -> None:
    (file_id,) = client.upload_many(1)
    job_id = client.create_job([file_id])
    client.wait(job_id)
    (result,) = client.results(job_id)

    def find_line() -> dict[str, object] | None:
        lines = [json.loads(line) for line in server.output().splitlines()]
        ended = [each for each in lines if each["message"] == "file ended"]
        return next((each for each in ended if each["job_id"] == job_id), None)

    line = until(find_line, "the line of the file")
    assert line is not None
    assert (line["file_id"], line["file_name"]) == (file_id, "000.txt")
    assert (line["format"], line["pages"], line["outcome"]) == ("txt", 1, "classified")
    assert line["type"] == result["result"]["type"]
    assert line["confidence"] == round(result["result"]["confidence"], 3)


@pytest.mark.parametrize("shared_server", ["production"], indirect=True, scope="package")
def test_an_outage_of_redis_is_told_in_few_lines(
    server: RunningServer, client: Client, redis_server: RedisServer
) -> None:
    starts = [len(each.output()) for each in server.processes]

    def find_new_lines() -> list[dict[str, object]]:
        """Return what was logged since; another test of this server has its outages too."""
        new = [each.output()[start:] for each, start in zip(server.processes, starts, strict=True)]
        return [json.loads(line) for line in "".join(new).splitlines()]

    jobs = []
    redis_server.kill()
    try:
        for _ in range(5):
            jobs.append(client.create_job(client.upload_many(1)))
            client.http.get("/readyz")
        # The sweeper has come several times by then.
        until(
            lambda: any(line.get("outage") == "broker" for line in find_new_lines()),
            "the line of the outage",
        )
        jobs.append(client.create_job(client.upload_many(1)))
    finally:
        redis_server.start_again()
    for job_id in jobs:
        client.wait(job_id)

    lines = find_new_lines()
    told = [line for line in lines if line["level"] in ("warning", "error")]
    assert not [line for line in lines if "exception" in line]
    assert not [line for line in lines if line["logger"] == "py.warnings"], "of Celery"
    assert 1 <= len(told) <= 20, told
