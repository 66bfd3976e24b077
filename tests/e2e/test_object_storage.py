"""Production with files in a bucket: servers and workers share no directory."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from devtools.client import Client
from devtools.postgres import PostgresServer
from devtools.process import Process, ServerFailed
from devtools.redis import RedisServer
from devtools.s3 import S3Server
from devtools.server import RunningServer, production_server
from devtools.server_state import database_of, ready_workers
from devtools.waiting import until

LETTER = "INVOICE 17\nAmount due: 300.00 EUR\nPlease pay within 14 days.\n" * 20


@pytest.fixture(scope="module")
def bucket(s3_server: S3Server) -> str:
    return s3_server.fresh_bucket()


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    redis_server: RedisServer,
    s3_server: S3Server,
    bucket: str,
) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("bucket")
    server = production_server(
        folder / "api",
        postgres_server.fresh_database(),
        redis_server.fresh_database(),
        {**s3_server.settings(bucket), "s3_seconds": 5, "sweep_seconds": 0.3, "workers": 1},
    )
    server.worker = server.program("worker", data_dir=folder / "worker")
    with server, closing(database_of(server)) as database:
        # The worker refuses to start while the store hangs, which one of the tests makes it do.
        until(lambda: ready_workers(database), "the worker")
        yield server


@pytest.fixture
def client(server: RunningServer) -> Iterator[Client]:
    with closing(Client(server)) as client:
        yield client


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".key"]


def test_a_file_from_upload_to_deletion(
    server: RunningServer, client: Client, s3_server: S3Server, bucket: str
) -> None:
    def keys() -> set[str]:
        listed = s3_server.call("GET", f"/{bucket}?list-type=2").text
        return set(re.findall("<Key>(.*?)</Key>", listed))

    # A refused upload of the other test may still be stored at any time, as an orphan.
    before = keys()
    file_id = client.upload(LETTER, "letter.txt")
    job_id = client.create_job([file_id])
    assert client.wait(job_id)["status"] == "SUCCESS"
    [result] = client.results(job_id)
    assert result["result"]["type"] == "invoice"

    link = client.http.get(f"/api/v1/beta/files/{file_id}/content").json()["url"]
    answer = httpx2.get(link, trust_env=False)
    assert link.startswith(server.base_url), "through our server unless told otherwise"
    assert answer.text == LETTER
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    ours = keys() - before
    assert ours
    assert all(key.startswith("some/prefix/") for key in ours)

    assert client.http.delete(f"/api/v1/beta/files/{file_id}").status_code == 204
    assert httpx2.get(link, trust_env=False).status_code == 404
    until(lambda: not keys() & ours, "a bucket without anything of the file")
    assert [path for path in files_in(server.data_dir) if "blobs" in path.parts] == []


def test_no_file_is_lost_while_the_store_hangs(client: Client, s3_server: S3Server) -> None:
    file_id = client.upload(LETTER, "letter.txt")
    os.kill(s3_server.pid, signal.SIGSTOP)
    try:
        refused = client.http.post("/api/v1/beta/files", files={"file": ("a.txt", b"a")})
        ready = client.http.get("/readyz")
        job_id = client.create_job([file_id])
    finally:
        os.kill(s3_server.pid, signal.SIGCONT)

    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "1"
    assert refused.json()["detail"].startswith("The store of uploaded files is unavailable")
    assert ready.status_code == 503
    assert set(ready.json()["problems"]) == {"files"}
    assert client.wait(job_id)["status"] == "SUCCESS"
    [result] = client.results(job_id)
    assert result["result"]["type"] == "invoice"
    # The other test waits until nothing is left.
    assert client.http.delete(f"/api/v1/beta/files/{file_id}").status_code == 204


@pytest.mark.parametrize(
    ("verb", "setting", "value", "sentence"),
    [
        ("serve", "BLOB_URL", "s3://no-such-bucket", "the bucket does not exist"),
        (
            "worker",
            "S3_ENDPOINT",
            "http://127.0.0.1:9",
            "cannot list the bucket: .*sending request",
        ),
    ],
)
def test_an_unusable_store_is_reported_at_start(
    server: RunningServer, tmp_path: Path, verb: str, setting: str, value: str, sentence: str
) -> None:
    process = Process(
        verb,
        [sys.executable, "-m", "cli.main", verb],
        log=tmp_path / "log",  # not the running server's log, which grows meanwhile
        environment={
            **server.environment,
            "PIGEONHOLE_PORT": "0",
            f"PIGEONHOLE_{setting}": value,
        },
        folder=tmp_path,
    )

    with pytest.raises(ServerFailed, match="ended with 2"):
        process.run()

    said = process.output()
    assert len(said.splitlines()) == 1, said
    start = "pigeonhole: PIGEONHOLE_BLOB_URL: uploaded files cannot be stored: "
    assert said.startswith(start)
    assert re.search(sentence, said)
