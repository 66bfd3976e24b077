"""Every command of the pages works as it is written, on one server.

Words in capitals and in <brackets> stand for something of the reader's; FILLED says what. A few
Debian packages are needed: bash and curl.
"""

import json
import logging
import re
import shutil
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from app.webhooks.signing import sign
from devtools.client import Client
from devtools.server import RunningServer, embedded_server
from devtools.waiting import until
from tests.e2e.documented.elsewhere import is_listed
from tests.e2e.documented.pages import ROOT, find_blocks, find_commands, find_pages
from tests.e2e.documented.shell import Shell

ADDRESS = "http://127.0.0.1:8000"
# A port where nothing listens: nothing of the examples goes to other machines.
NOWHERE = "http://127.0.0.1:9/hook"


COMMANDS = {
    str(page.relative_to(ROOT)): [
        each.text.removeprefix(".venv/bin/") for each in find_commands(page) if not is_listed(each)
    ]
    for page in find_pages()
}
PAGES = [page for page, found in COMMANDS.items() if found]

FILLED: Mapping[str, Mapping[str, str]] = {
    "docs/quickstart.md": {"<id of the file>": "$UPLOADED", "<id of the job>": "$CREATED"},
    "docs/how-to/keys-and-projects.md": {
        r"\bORG\b": "$ORGANIZATION",
        r"(?<!\$)\bPROJECT\b": "$PROJECT_ID",
    },
    "docs/reference/limits.md": {r"\bPROJECT_ID\b": "$PROJECT_ID"},
}


def id_of(output: str) -> str:
    return str(json.loads(output)["id"])


# What later commands of a page need of an earlier one.
KEPT: Mapping[str, Mapping[str, Callable[[str], str]]] = {
    "files": {"UPLOADED": id_of},
    "jobs": {"CREATED": id_of},
    "orgs create": {"ORGANIZATION": str.strip},
    "projects create": {"PROJECT_ID": str.strip},
    "keys create auditor": {"ADMIN_KEY": str.strip},
}


def kept_by(command: str) -> str:
    """Return which entry of KEPT a command belongs to, empty for none."""
    if "purpose=classify" in command:
        return "files"
    if "/api/v1/classifier/jobs -d" in command:
        return "jobs"
    return next((name for name in KEPT if f"pigeonhole {name}" in command), "")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("server")
    with embedded_server(folder / "pigeonhole-data", {"workers": 1}) as running:
        yield running


@pytest.fixture(scope="module")
def ids(server: RunningServer) -> dict[str, str]:
    """The names that pages use for what a reader has."""
    hook = {"webhook_url": NOWHERE, "webhook_events": ["parse.success"]}
    with closing(Client(server)) as client:
        file_id = client.upload("INVOICE 7\nTotal to pay: 12.00 by bank transfer")
        job = client.wait(client.create_job([file_id], webhook_configurations=[hook]))
        path = f"/api/v1/classifier/jobs/{job['id']}/webhooks"
        sent = until(lambda: client.http.get(path).json()["items"], "a delivery")
    return {
        "FILE": file_id,
        "JOB": job["id"],
        "DELIVERY": sent[0]["id"],
        "PROJECT_ID": job["project_id"],
        "URL": server.base_url,
        "KEY": server.api_key,
    }


@pytest.fixture
def desk(
    server: RunningServer, ids: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder of a reader: a checkout with documents, and what pages name."""
    for name in ("samples", "deploy"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "pigeonhole-data").symlink_to(server.data_dir)
    for name in ("inbox", "scans", "documents"):
        (tmp_path / name).mkdir()
        shutil.copy(ROOT / "samples" / "lentil-soup.txt", tmp_path / name)
    shutil.copy(ROOT / "samples" / "HS-20614.pdf", tmp_path / "letter.pdf")
    (tmp_path / "labels.csv").write_text("path,type\nlentil-soup.txt,\n")
    (tmp_path / "types.csv").write_text(f"file_id,type\n{ids['FILE']},invoice\n")
    body = b'{"event_type": "parse.success"}'
    now = int(time.time())
    headers = {"webhook-id": "1", "webhook-timestamp": now, **sign("secret", "1", now, body)}
    (tmp_path / "headers.txt").write_text("".join(f"{k}: {v}\n" for k, v in headers.items()))
    (tmp_path / "body.json").write_bytes(body)
    (tmp_path / "secret.txt").write_text("secret\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shell(server: RunningServer, ids: dict[str, str], desk: Path) -> Iterator[Shell]:
    """A shell with the variables that pages tell to set; the log of the tests stays theirs."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield Shell(
        {
            "PIGEONHOLE_URL": server.base_url,
            "PIGEONHOLE_API_KEY": server.api_key,
            "PIGEONHOLE_DATA_DIR": str(server.data_dir),
            "XDG_CACHE_HOME": str(desk / "cache"),
            **ids,
        }
    )
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page(page: str, shell: Shell, server: RunningServer, desk: Path) -> None:
    if not any("rules init" in command for command in COMMANDS[page]):
        shutil.copy(ROOT / "samples" / "rules.yaml", desk)
    for command in COMMANDS[page]:
        filled = command.replace(ADDRESS, server.base_url)
        for word, value in FILLED.get(page, {}).items():
            filled = re.sub(word, value, filled)
        done = shell.run(filled)
        assert done.status == 0, (filled, done)
        for name, read in KEPT.get(kept_by(command), {}).items():
            shell.variables[name] = read(done.output)


def test_the_walk_of_the_quickstart_ends_with_a_verdict(
    shell: Shell, server: RunningServer
) -> None:
    upload, create, look, results = (
        next(each for each in COMMANDS["docs/quickstart.md"] if part in each)
        for part in ("-F file", "-d '", "$JOB", "/results")
    )
    shell.variables |= {"BASE": server.base_url, "AUTH": f"Authorization: Bearer {server.api_key}"}
    shell.variables["FILE"] = id_of(shell.run(upload).output)
    shell.variables["JOB"] = id_of(shell.run(create).output)
    until(lambda: json.loads(shell.run(look).output)["status"] == "SUCCESS", "the end of the job")

    (item,) = json.loads(shell.run(results).output)["items"]

    (block,) = find_blocks(ROOT / "docs" / "quickstart.md", "json")
    shown = json.loads(block)
    assert item["result"]["type"] == shown["result"]["type"]
    assert item["result"]["confidence"] == pytest.approx(shown["result"]["confidence"], abs=0.02)
    assert item["result"]["reasoning"].startswith(shown["result"]["reasoning"].partition("...")[0])
    assert shown.keys() <= item.keys()


def python_blocks() -> Iterator[str]:
    """Yield what the pages show for the client that the demo uses, in the order of reading."""
    for name in ("README.md", "docs/quickstart.md", "docs/how-to/version-2.md"):
        yield from find_blocks(ROOT / name, "python")
    yield find_blocks(ROOT / "docs" / "how-to" / "sdk-clients.md", "python")[0]


def test_the_snippets_for_the_client_of_python(
    server: RunningServer, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_BASE_URL", server.base_url)
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", server.api_key)
    blocks = list(python_blocks())
    names: dict[str, object] = {}
    with warnings.catch_warnings():
        # The client says that its version 1 is deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        for block in blocks:
            filled = block.replace(ADDRESS, server.base_url)
            filled = filled.replace('api_key="..."', f"api_key={server.api_key!r}")
            filled = filled.replace("https://example.com/hook", NOWHERE)
            filled = filled.replace('"rules": [...]', '"rules": job.configuration.rules')
            exec(compile(filled, "a page", "exec"), names)

    assert len(blocks) == 6
    assert names["answer"].items[0].result.type == "invoice"  # type: ignore[attr-defined]
    assert names["results"].items[0].result.type == "invoice"  # type: ignore[attr-defined]
    assert names["job"].result.type == "invoice"  # type: ignore[attr-defined]
    assert desk.exists()
