"""Every example in the help of the command works, on one server, and prints the JSON it describes.

Examples name files that `folder` writes, and ids in capitals, which `ids` fills in.
"""

import shlex
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pydantic import TypeAdapter

from app.configurations.ready_made import ReadyMadeSet
from app.webhooks.signing import sign
from cli.main import commands, main
from cli.tables import JsonOption
from devtools.client import Client
from devtools.server import RunningServer
from docs.command_line import examples, find_verbs

# Each has tests of its own.
NOT_RUN = {
    "serve": "the server of these tests is started by it",
    "worker": "needs Postgres and Redis",
    "demo": "starts a server",
    "models fit": "needs labelled documents",
}
# Loading the classifier takes seconds: only the second run, with --json.
SLOW = {"models check", "rules lint"}
VERBS = [(name, command) for name, command in find_verbs() if name not in NOT_RUN]
PLAIN = [example for name, command in VERBS if name not in SLOW for example in examples(command)]
AS_JSON = [
    (examples(command)[0].removesuffix(" --json"), option)
    for _, command in VERBS
    for option in command.params
    if isinstance(option, JsonOption)
]
# What a sort and its undo say at the end, and what is there afterwards.
SORTED = {
    "pigeonhole sort scans sorted --rules rules.yaml": (
        "a.txt -> invoice/a.txt\n1 file sorted: invoice 1.\n",
        "sorted/invoice/a.txt",
    ),
    "pigeonhole sort --undo sorted": (
        "1 copy removed; the originals stayed where they are.\n",
        "scans/a.txt",
    ),
}
# Commands set up logging.
pytestmark = pytest.mark.usefixtures("kept_logging")

INVOICE = "INVOICE No. 17\nACME Ltd to Ms Jones\n2 chairs 60.00\nVAT 12.00\nTotal due 72.00 EUR"


@pytest.fixture(scope="module")
def ids(server: RunningServer) -> dict[str, str]:
    """What stands for the ids in the examples; `KEY_ID` is made for each example."""
    with closing(Client(server)) as client:
        file_id = client.upload(INVOICE)
        job = client.wait(client.create_job([file_id]))
    return {
        "FILE_ID": file_id,
        "JOB_ID": job["id"],
        "PROJECT_ID": job["project_id"],
        "http://127.0.0.1:8000": server.base_url,
    }


@pytest.fixture(autouse=True)
def environment(server: RunningServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The settings of the server."""
    monkeypatch.setenv("PIGEONHOLE_URL", server.base_url)
    monkeypatch.setenv("PIGEONHOLE_API_KEY", server.api_key)
    monkeypatch.setenv("PIGEONHOLE_DATA_DIR", str(server.data_dir))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path: Path, ids: dict[str, str]) -> Path:
    """The files that examples name."""
    for name in ("inbox", "mail", "scans"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(INVOICE)
    (tmp_path / "scan.pdf").write_text(INVOICE)
    (tmp_path / "rules.yaml").write_text(ReadyMadeSet("accounting", "en").content)
    (tmp_path / "labels.csv").write_text("path,type\na.txt,invoice\n")
    (tmp_path / "types.csv").write_text(f"file_id,type\n{ids['FILE_ID']},invoice\n")
    body = b'{"event_type": "parse.success"}'
    now = int(time.time())
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(now),
        **sign("secret", "msg_1", now, body),
    }
    (tmp_path / "h.txt").write_text("".join(f"{k}: {v}\n" for k, v in headers.items()))
    (tmp_path / "b.json").write_bytes(body)
    (tmp_path / "key").write_text("secret\n")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments, input="y\n")


def run_example(example: str, ids: dict[str, str], *more: str) -> Result:
    if "KEY_ID" in example:
        run("keys", "create", "for an example")
        listed = TypeAdapter(dict[str, list[dict[str, Any]]]).validate_json(
            run("keys", "list", "--json").output
        )
        ids = {**ids, "KEY_ID": listed["items"][-1]["id"]}
    if "labels delete" in example:
        run("labels", "import", "types.csv")
    words = [ids.get(word, word) for word in shlex.split(example)[1:]]
    return run(*words, *more)


@pytest.mark.parametrize("example", PLAIN)
def test_each_example_works(example: str, ids: dict[str, str], folder: Path) -> None:
    if "rules init" in example:
        (folder / "rules.yaml").unlink()
    if "--undo" in example:
        run("sort", "scans", "sorted", "--rules", "rules.yaml")

    done = run_example(example, ids)

    assert done.exit_code == 0, (done.output, done.exception)
    assert done.output or example.startswith("pigeonhole models build")
    said, place = SORTED.get(example, (done.output, ""))
    assert done.output.endswith(said)
    assert (folder / place).exists()


@pytest.mark.parametrize(("example", "option"), AS_JSON, ids=[example for example, _ in AS_JSON])
def test_each_json_has_the_shape_that_is_described(
    example: str, option: JsonOption, ids: dict[str, str], folder: Path
) -> None:
    done = run_example(example, ids, "--json")

    assert done.exit_code == 0, (done.output, done.exception)
    assert done.stdout.isascii()
    adapter: TypeAdapter[Any] = TypeAdapter(
        dict[str, list[option.shape]] if option.is_list else option.shape  # type: ignore[name-defined]
    )
    read = adapter.validate_json(done.stdout)
    assert folder.exists()
    assert set(read) == {"items"} if option.is_list else isinstance(read, option.shape)


def test_verbs_that_are_not_run_have_a_reason() -> None:
    names = {name for name, _ in find_verbs()}

    assert set(NOT_RUN) <= names
    assert names >= SLOW


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "http://127.0.0.1:1"], 1),
        (["rules", "lint", "bad.yaml"], 1),
        (["rules", "lint", "missing.yaml"], 2),
        (["rules", "test", "rules.yaml", "--labels", "missing.csv"], 2),
        (["jobs", "show", "01890000-0000-7000-8000-000000000000"], 2),
        (["jobs", "show", "7"], 2),
        (["jobs", "list", "--limit", "0"], 2),
        (["status", "--server", "nonsense"], 2),
        (["status", "--server", "http://127.0.0.1:1"], 2),
        (["files", "list", "--api-key", "ph_wrong"], 2),
        (["check", "https://api.cloud.llamaindex.ai"], 2),
    ],
)
def test_exit_codes(
    arguments: list[str],
    code: int,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad = "rules:\n  - type: invoice\n    description: invoice invoice\n"
    (folder / "bad.yaml").write_text(bad)
    monkeypatch.setattr("sys.argv", ["pigeonhole", *arguments])

    with pytest.raises(SystemExit) as left:
        main()

    printed = capsys.readouterr()
    assert left.value.code == code, printed
    assert "Traceback" not in printed.err
    assert (printed.out == "") == (code == 2)


def test_a_server_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIGEONHOLE_URL")

    done = run("status")

    assert "no server is named: give --server" in str(done.exception)


def test_jobs_and_files_are_named_with_what_became_of_them(
    ids: dict[str, str], folder: Path
) -> None:
    shown = run("jobs", "show", ids["JOB_ID"]).output
    listed = run("jobs", "list", "--limit", "1").output.splitlines()
    files = run("files", "list").output.splitlines()

    assert f"job\t{ids['JOB_ID']}" in shown
    assert "status\tSUCCESS" in shown
    assert "\tinvoice\t" in shown
    assert listed[0].startswith("job\tstatus\tcreated")
    assert len(listed) == 2
    assert any("\tnote.txt\ttxt\t" in line for line in files)
    assert folder.exists()


def test_a_bad_table_of_labels_names_each_line(folder: Path) -> None:
    (folder / "types.csv").write_text("file_id,type\nx,invoice\n,recipe\n")

    done = run("labels", "import", "types.csv")

    assert done.exit_code == 1
    assert [line[:7] for line in done.stderr.splitlines()] == ["Line 2:", "Line 3:"]


def test_an_export_is_what_an_import_takes(folder: Path, ids: dict[str, str]) -> None:
    run("labels", "import", "types.csv")
    run("labels", "export", "--output", "out.csv")

    again = run("labels", "import", "out.csv", "--json")
    deleted = [run("labels", "delete", ids["FILE_ID"]) for _ in range(2)]

    assert again.stdout == '{"created": 0, "changed": 0, "unchanged": 1}\n'
    assert (folder / "out.csv").read_text("utf-8-sig").splitlines()[1].startswith(ids["FILE_ID"])
    assert deleted[0].exit_code == 0
    assert "has no label" in str(deleted[1].exception)
