"""The embedded server as its owner meets it: files, keys, limits, and what it keeps secret."""

import os
import socket
import stat
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner

from app.errors import PigeonholeError
from app.text import ReadableSize
from cli.main import commands
from devtools.client import RULES, Client
from devtools.process import ServerFailed
from devtools.server import RunningServer
from devtools.server_state import parser_children
from devtools.waiting import until
from tests.integration.cli.conftest import BODY_MAX, UPLOAD_MAX

FILES, JOBS = "/api/v1/beta/files", "/api/v1/classifier/jobs"
WEBHOOK_HEADER, WEBHOOK_SECRET = "header-that-nobody-may-read", "secret-that-nobody-may-read"
WEBHOOK = {
    "webhook_url": "https://receiver.invalid/hook",
    "webhook_headers": {"X-Token": WEBHOOK_HEADER},
    "webhook_signing_secret": WEBHOOK_SECRET,
}


def in_pieces(total: int) -> Iterator[bytes]:
    """A body whose length is not announced."""
    for _ in range(total // 1000):
        yield b"x" * 1000


def refused(server: RunningServer, *flags: str, **settings: object) -> str:
    """Start another server, which must refuse with status 2, and return its sentence."""
    process = server.program("serve", *flags, **settings)
    before = len(process.output())
    with pytest.raises(ServerFailed, match="ended with 2"):
        process.run()
    return process.output()[before:]


class TestFirstStart:
    @pytest.mark.parametrize("name", ["admin.key", "secret.key"])
    def test_secrets_are_their_owners_only(self, server: RunningServer, name: str) -> None:
        path = server.data_dir / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(path.read_text().strip()) > 40

    def test_the_directory_is_its_owners_only(self, server: RunningServer) -> None:
        assert stat.S_IMODE(server.data_dir.stat().st_mode) == 0o700

    @pytest.mark.usefixtures("job_id")
    @pytest.mark.parametrize("name", ["HOME", "TMPDIR"])
    def test_files_lie_in_the_directory_only(self, server: RunningServer, name: str) -> None:
        # Readers come and go with their folders, which os.walk does not mind.
        elsewhere = [
            Path(folder, file)
            for folder, _, files in os.walk(server.environment[name])
            for file in files
        ]

        assert list(server.data_dir.glob("pigeonhole-metrics-*/*.db"))
        # Workers are forked through a socket, whose path must be short.
        assert [path for path in elsewhere if not path.is_socket()] == []

    def test_the_key_is_not_printed_into_a_log(self, server: RunningServer) -> None:
        assert server.api_key not in server.output()
        assert str(server.data_dir / "admin.key") in server.output()


class TestRefusals:
    def test_a_second_server_on_the_same_directory(self, server: RunningServer) -> None:
        said = refused(server, "--port", "0")

        assert f"another Pigeonhole server uses {server.data_dir}" in said
        assert "Traceback" not in said

    def test_a_taken_port(self, server: RunningServer, tmp_path: Path) -> None:
        said = refused(server, "--port", str(server.port), data_dir=tmp_path / "other")

        assert "PIGEONHOLE_PORT: cannot listen on" in said
        assert "Traceback" not in said
        assert not (tmp_path / "other" / "admin.key").exists(), "nothing that it will not use"

    def test_a_directory_that_cannot_be_made(self, server: RunningServer) -> None:
        said = refused(server, port=0, data_dir="/proc/nothing")

        assert "PIGEONHOLE_DATA_DIR: " in said
        assert "Traceback" not in said


class TestLimits:
    def test_an_upload_of_the_largest_size(self, client: Client) -> None:
        assert client.upload(b"x" * UPLOAD_MAX)

    def test_a_larger_upload_that_says_so(self, client: Client) -> None:
        answer = client.http.post(FILES, files={"file": ("a.txt", b"x" * (UPLOAD_MAX * 4))})

        assert answer.status_code == 413
        assert f"larger than {ReadableSize.of(UPLOAD_MAX)}" in answer.json()["detail"]

    @pytest.mark.parametrize("extra", [1000, 10 * UPLOAD_MAX])
    def test_a_larger_upload_that_does_not(
        self, server: RunningServer, client: Client, extra: int
    ) -> None:
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'

        def body() -> Iterator[bytes]:
            yield head
            yield from in_pieces(UPLOAD_MAX + extra)
            yield b"\r\n--b--\r\n"

        answer = client.http.post(
            FILES, content=body(), headers={"Content-Type": "multipart/form-data; boundary=b"}
        )

        assert answer.status_code == 413
        assert not list((server.data_dir / "blobs" / "incoming").iterdir())

    @pytest.mark.parametrize("announced", [True, False])
    def test_a_larger_body(self, client: Client, *, announced: bool) -> None:
        content = b"x" * BODY_MAX * 3
        answer = client.http.post(
            JOBS,
            content=content if announced else in_pieces(len(content)),
            headers={"Content-Type": "application/json"},
        )

        assert answer.status_code == 413
        assert f"larger than {ReadableSize.of(BODY_MAX)}" in answer.json()["detail"]

    @pytest.mark.parametrize("header", ["", "Authorization: Bearer wrong\r\n"])
    @pytest.mark.parametrize("path", [FILES, JOBS])
    def test_a_client_without_a_key_is_refused_before_the_body(
        self, server: RunningServer, header: str, path: str
    ) -> None:
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
            connection.sendall(
                f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{header}"
                "Content-Type: application/json\r\nContent-Length: 1000000000000\r\n\r\n".encode()
            )
            answer = connection.recv(4096)

        assert answer.startswith(b"HTTP/1.1 401 ")


@pytest.fixture(scope="module")
def job_id(client: Client) -> str:
    """A finished job with everything that must stay secret."""
    file_id = client.upload("INVOICE 1\nTotal to pay: 5.00")
    job_id = client.create_job([file_id], webhook_configurations=[WEBHOOK])
    assert client.wait(job_id)["status"] == "SUCCESS"
    return job_id


class TestSecrets:
    @pytest.mark.usefixtures("job_id")
    def test_webhook_secrets_are_not_in_the_database_file(self, server: RunningServer) -> None:
        content = b"".join(path.read_bytes() for path in server.data_dir.glob("pigeonhole.db*"))

        assert b"url_encrypted" in content, "this is where it would be"
        url = "https://receiver.invalid/hook"
        for secret in (url, WEBHOOK_HEADER, WEBHOOK_SECRET, server.api_key):
            assert secret.encode() not in content

    def test_the_log_has_no_secrets(
        self, server: RunningServer, client: Client, job_id: str
    ) -> None:
        body = {"file_ids": ["nonsense"], "rules": RULES, "webhook_configurations": [WEBHOOK]}
        assert client.http.post(JOBS, json=body).status_code == 422
        link = client.http.get(f"{FILES}/{client.upload('a')}/content").json()["url"]
        assert client.http.get(link).status_code == 200
        wrong = "llx-a-key-with-a-typing-error"
        httpx2.get(
            server.base_url + FILES,
            headers={"Authorization": f"Bearer {wrong}"},
            trust_env=False,
        )

        said = server.output()

        assert job_id in said, "this is where they would be"
        signature = link.split("signature=")[1]
        for secret in (server.api_key, wrong, WEBHOOK_HEADER, WEBHOOK_SECRET, signature):
            assert secret not in said

    def test_the_environment_of_the_parser_has_no_secrets(
        self, server: RunningServer, client: Client
    ) -> None:
        # Here, because a worker that was replaced since starts its parser with its next file.
        client.wait(client.create_job([client.upload("INVOICE 2\nTotal to pay: 6.00")]))
        parsers = until(lambda: parser_children(server), "the processes that read files")

        for parser in parsers:
            assert not [name for name in parser.environ() if name.startswith("PIGEONHOLE")]


def manage_keys(server: RunningServer, *arguments: str) -> str:
    """Run `pigeonhole keys` on the server's directory, in this process; return what it printed."""
    done = CliRunner(env=server.environment).invoke(commands, ["keys", *arguments])
    if done.exception is not None:
        raise done.exception
    return done.stdout


@pytest.mark.usefixtures("kept_logging")
class TestKeys:
    def status(self, server: RunningServer, key: str) -> int:
        answer = httpx2.get(
            server.base_url + JOBS, headers={"Authorization": f"Bearer {key}"}, trust_env=False
        )
        return answer.status_code

    def test_create_list_and_revoke(self, server: RunningServer) -> None:
        key = manage_keys(server, "create", "for the tests").strip()
        assert self.status(server, key) == 200

        listed = manage_keys(server, "list")
        (line,) = [line for line in listed.splitlines() if "for the tests" in line]
        key_id = next(word for word in line.split() if word.count("-") == 4)
        assert key not in listed

        assert "Revoked" in manage_keys(server, "revoke", key_id)
        with pytest.raises(PigeonholeError, match=f"no valid API key with the id {key_id}"):
            manage_keys(server, "revoke", key_id)

    def test_a_key_of_one_project(self, server: RunningServer, client: Client) -> None:
        project = client.http.get("/api/v1/projects").json()[0]["id"]
        key = manage_keys(server, "create", "narrow", "--project-id", project).strip()

        assert self.status(server, key) == 200

    def test_a_project_that_is_not_there(self, server: RunningServer) -> None:
        nowhere = "00000000-0000-0000-0000-000000000000"
        with pytest.raises(ServerFailed, match=f"Project {nowhere} does not exist") as failure:
            server.run("keys", "create", "narrow", "--project-id", nowhere)
        assert "Traceback" not in str(failure.value).rpartition("--- its log")[2][-500:]

    def test_a_directory_without_a_database(self, server: RunningServer, tmp_path: Path) -> None:
        process = server.program("keys", "--data-dir", str(tmp_path / "typo"), "list")
        before = len(process.output())
        with pytest.raises(ServerFailed, match="ended with 2"):
            process.run()

        said = process.output()[before:]
        assert "pigeonhole.db does not exist: start `pigeonhole serve` once" in said
        assert "Traceback" not in said
        assert not (tmp_path / "typo").exists()


def test_ready_and_alive(client: Client) -> None:
    assert client.http.get("/livez").json() == {"status": "ok"}
    ready = client.http.get("/readyz").json()
    assert (ready["status"], ready["workers"]) == ("ready", 1)
    assert ready["version"] == version("pigeonhole-server")
    metrics = client.http.get("/metrics").text
    assert f'pigeonhole_build_info{{version="{ready["version"]}"}} 1.0' in metrics
    assert {"en", "de"} <= set(ready["ocr_languages"])


def test_migrate_has_nothing_to_do(server: RunningServer) -> None:
    assert "has the schema of this release" in server.run("migrate")
