"""`pigeonhole classify` with a server: what it sends, what it leaves there, how it fails."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.configurations.rules_file import FileExample, FileRule, RulesFile
from app.errors import StartupError
from cli.api_client.address import Server
from cli.classification.remote import RemoteClassifier
from cli.main import commands
from devtools.client import RULES, Client
from devtools.ports import free_port
from devtools.server import RunningServer
from tests.integration.cli.conftest import UPLOAD_MAX

RULES_FILE = RulesFile(tuple(FileRule(rule["type"], rule["description"]) for rule in RULES))
INVOICE = "INVOICE {}\nTotal to pay: {}.50 by bank transfer"


@pytest.fixture(autouse=True)
def empty_server(client: Client) -> None:
    """Delete what other modules, which use the same server, left there."""
    clear(client)


def stored(client: Client) -> tuple[int, int]:
    """Return how many files and jobs the server has."""
    files = client.http.get("/api/v1/beta/files").json()["items"]
    jobs = client.http.get("/api/v1/classifier/jobs").json()["items"]
    return len(files), len(jobs)


def clear(client: Client) -> None:
    while jobs := client.http.get("/api/v1/classifier/jobs").json()["items"]:
        for job in jobs:
            client.wait(job["id"])
            client.http.delete(f"/api/v1/classifier/jobs/{job['id']}")
    while files := client.http.get("/api/v1/beta/files").json()["items"]:
        for file in files:
            client.delete(file["id"])


def named(server: RunningServer, key: str = "") -> Server:
    return Server(server.base_url, key or server.api_key)


def documents(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number:02}.txt" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(INVOICE.format(number, number))
    return paths


def run(folder: Path, *arguments: str, **environment: str) -> Result:
    (folder / "rules.yaml").write_text(json.dumps({"rules": RULES}))
    command = ["classify", str(folder), "--rules", str(folder / "rules.yaml"), *arguments]
    return CliRunner(env=environment).invoke(commands, command)


def test_files_of_two_jobs_and_what_is_left_of_them(
    server: RunningServer, client: Client, tmp_path: Path
) -> None:
    paths = documents(tmp_path, 12)
    (tmp_path / "12.txt").write_bytes(b"")
    (tmp_path / "13.txt").write_bytes(b"x" * (UPLOAD_MAX + 1))

    done = run(
        tmp_path, "--json", LLAMA_CLOUD_BASE_URL=server.base_url, LLAMA_CLOUD_API_KEY=server.api_key
    )

    assert done.exit_code == 1, done.output
    assert done.stderr.startswith(f"Sending documents to {server.base_url}; they are deleted")
    items = json.loads(done.stdout)["items"]
    assert [item["file"] for item in items[:12]] == [str(path) for path in paths]
    assert [item["type"] for item in items] == ["invoice"] * 12 + [None, None]
    assert [item["error"]["code"] for item in items[12:]] == ["empty", "too_large"]
    summary, warning = items[0]["reasoning"].split("\n")[:2]
    assert items[0]["summary"] == f"{summary} {warning}"
    assert warning.startswith("Warning: there is little text")
    assert stored(client) == (0, 0)


def test_examples_are_sent_and_deleted_too(
    server: RunningServer, client: Client, tmp_path: Path
) -> None:
    (path,) = documents(tmp_path, 1)
    rule = FileRule("invoice", RULES[0]["description"], (FileExample(path=path), FileExample("a")))
    with RemoteClassifier(RulesFile((rule,), min_confidence=0.1), named(server)) as classifier:
        assert stored(client) == (1, 0)
        results = list(classifier.classify([path]))
    assert [result.type for result in results] == ["invoice"]
    assert stored(client) == (0, 0)


def test_keep_leaves_files_and_jobs(server: RunningServer, client: Client, tmp_path: Path) -> None:
    documents(tmp_path, 1)
    named_server = ("--server", server.base_url, "--api-key", server.api_key)
    done = run(tmp_path, "--keep", "--no-learn", "--json", *named_server)
    assert done.exit_code == 0, done.output
    (item,) = json.loads(done.stdout)["items"]
    assert client.http.get(f"/api/v1/files/{item['file_id']}").status_code == 200
    (job,) = client.http.get("/api/v1/classifier/jobs").json()["items"]
    assert job["learn"] is False
    assert "they stay there" in done.stderr
    assert stored(client) == (1, 1)
    clear(client)


def test_what_is_interrupted_is_deleted(
    server: RunningServer, client: Client, tmp_path: Path
) -> None:
    with RemoteClassifier(RULES_FILE, named(server)) as classifier:
        results = classifier.classify(documents(tmp_path, 25))
        next(results)
    assert stored(client) == (0, 0)


def test_a_server_that_refuses_or_does_not_answer(server: RunningServer, tmp_path: Path) -> None:
    documents(tmp_path, 1)
    for url, key, sentence in (
        (server.base_url, "wrong", "refuses the key that --api-key gives"),
        (f"http://127.0.0.1:{free_port()}", "key", "does not answer"),
        (f"{server.base_url}/docs", "key", "does not work as a server of Pigeonhole"),
    ):
        done = run(tmp_path, "--server", url, "--api-key", key)
        assert isinstance(done.exception, StartupError)
        assert sentence in str(done.exception)
        assert done.output == ""
