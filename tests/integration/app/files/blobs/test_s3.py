"""What only a bucket can do to us: be away, hang, be gone, be full; and its own links."""

import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from app.errors import StorageFull
from app.files.blobs.protocol import Blob, StoreUnavailable
from app.files.blobs.s3 import PART_BYTES, Bucket, S3BlobStore
from app.files.blobs.s3_signing import SigningKey, presigned_get
from devtools.ports import free_port
from devtools.s3 import ACCESS_KEY, SECRET_KEY, S3Server

KEY = SigningKey(ACCESS_KEY, SECRET_KEY)
READ_TIMEOUT = timedelta(seconds=0.5)


@pytest.fixture
def bucket(s3_server: S3Server) -> Bucket:
    return Bucket("to be chosen", "some/prefix", "us-east-1", s3_server.endpoint, KEY)


@pytest.fixture
def store(bucket: Bucket, s3_server: S3Server, tmp_path: Path) -> S3BlobStore:
    return S3BlobStore(replace(bucket, name=s3_server.fresh_bucket()), tmp_path)


def put(store: S3BlobStore, data: bytes) -> Blob:
    writer = store.create()
    try:
        writer.write(data)
        return writer.commit()
    finally:
        writer.discard()


def assert_unavailable(store: S3BlobStore, match: str) -> None:
    for call in (store.check, lambda: store.open("ab/key"), lambda: store.delete("ab/key")):
        with pytest.raises(StoreUnavailable, match=match):
            call()
    with pytest.raises(StoreUnavailable, match=match):
        put(store, b"some bytes")
    with pytest.raises(StoreUnavailable, match=match):
        list(store.keys(timedelta(0)))


def test_a_bucket_that_does_not_exist(bucket: Bucket, tmp_path: Path) -> None:
    assert_unavailable(S3BlobStore(replace(bucket, name="no-such-bucket"), tmp_path), "not exist")


def test_a_store_that_is_away(bucket: Bucket, tmp_path: Path) -> None:
    away = replace(bucket, name="away", endpoint=f"http://127.0.0.1:{free_port()}")
    began = time.monotonic()

    assert_unavailable(S3BlobStore(away, tmp_path), "cannot .* the bucket")

    assert time.monotonic() - began < 60, "it would hang for ever"


def test_a_store_that_does_not_answer_times_out(bucket: Bucket, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=50) as deaf:
        endpoint = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        hung = replace(bucket, name="hung", endpoint=endpoint, read_timeout=READ_TIMEOUT)
        began = time.monotonic()

        assert_unavailable(S3BlobStore(hung, tmp_path), "cannot .* the bucket")

        assert time.monotonic() - began < 60, "it would hang for ever"


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Run a server that has one answer for everything; give its address."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(60)


def test_a_key_without_rights(bucket: Bucket, tmp_path: Path) -> None:
    answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with answering(answer) as endpoint:
        assert_unavailable(
            S3BlobStore(replace(bucket, name="shut", endpoint=endpoint), tmp_path), "403"
        )


def test_a_store_without_room(bucket: Bucket, tmp_path: Path) -> None:
    answer = b"HTTP/1.1 507 Insufficient Storage\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with answering(answer) as endpoint:
        store = S3BlobStore(replace(bucket, name="full", endpoint=endpoint), tmp_path)
        with pytest.raises(StorageFull, match="disk is full"):
            put(store, b"some bytes")


def test_variables_of_the_environment_change_nothing(
    store: S3BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = put(store, b"some bytes")
    for name, value in (
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ACCESS_KEY_ID", "other"),
        ("AWS_SECRET_ACCESS_KEY", "other"),
        ("AWS_SESSION_TOKEN", "other"),
        ("AWS_SKIP_SIGNATURE", "true"),
    ):
        monkeypatch.setenv(name, value)

    again = S3BlobStore(store._bucket, tmp_path)

    with again.open(blob.key) as file:
        assert file.read() == b"some bytes"


def test_a_failed_transfer_removes_its_parts(
    store: S3BlobStore, s3_server: S3Server, tmp_path: Path
) -> None:
    writer = store.create()
    writer.write(os.urandom(PART_BYTES * 3))
    # The file ends while it is being sent, as when the disk of the spool fails.
    real = writer._file

    class Failing:
        closed = False

        def flush(self) -> None: ...
        def seek(self, *where: int) -> int:
            return real.seek(*where)

        def tell(self) -> int:
            return real.tell()

        def close(self) -> None:
            real.close()

        def read(self, size: int = -1) -> bytes:
            if real.tell() >= PART_BYTES:
                raise OSError(5, "the disk has failed")
            return real.read(size)

    writer._file = Failing()  # type: ignore[assignment]
    with pytest.raises(OSError, match="disk has failed"):
        writer.commit()
    writer.discard()

    name = store._bucket.name
    uploads = s3_server.call("GET", f"/{name}?uploads").text
    assert "<Upload>" not in uploads
    assert list(store.keys(timedelta(days=-1))) == []
    assert list(tmp_path.iterdir()) == [], "a spool file has no name"


def test_a_paused_store_is_waited_for(bucket: Bucket, s3_server: S3Server, tmp_path: Path) -> None:
    store = S3BlobStore(replace(bucket, name=s3_server.fresh_bucket()), tmp_path)
    os.kill(s3_server.pid, signal.SIGSTOP)
    timer = threading.Timer(1, os.kill, (s3_server.pid, signal.SIGCONT))
    timer.start()
    try:
        blob = put(store, b"late")
    finally:
        timer.join()

    with store.open(blob.key) as file:
        assert file.read() == b"late"


class TestLinks:
    """The store's own presigned links."""

    NAME = 'Rechnung "März" 2026/1.pdf'

    def test_the_signature_is_that_of_the_reference(self) -> None:
        moment = datetime.now(UTC)
        link = presigned_get(
            "https://s3.example.com:9000", "b/some/ab/c d", self.NAME, 60, KEY, "eu-west-3", moment
        )
        unsigned = link.split("&X-Amz-Signature=")[0]
        base, query = unsigned.split("?")
        wanted = "&".join(part for part in query.split("&") if not part.startswith("X-Amz-"))
        request = AWSRequest("GET", f"{base}?{wanted}")
        auth = S3SigV4QueryAuth(Credentials(ACCESS_KEY, SECRET_KEY), "s3", "eu-west-3", 60)
        auth.add_auth(request)
        theirs = httpx2.URL(request.url).params
        ours = httpx2.URL(link).params
        if theirs["X-Amz-Date"] != ours["X-Amz-Date"]:  # a second has passed between the two
            moment = datetime.strptime(theirs["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            ours = httpx2.URL(
                presigned_get(
                    "https://s3.example.com:9000",
                    "b/some/ab/c d",
                    self.NAME,
                    60,
                    KEY,
                    "eu-west-3",
                    moment,
                )
            ).params

        assert dict(ours) == dict(theirs)

    def test_a_link_sends_an_attachment(
        self, bucket: Bucket, s3_server: S3Server, tmp_path: Path
    ) -> None:
        direct = replace(bucket, name=s3_server.fresh_bucket(), public_endpoint=s3_server.endpoint)
        store = S3BlobStore(direct, tmp_path)
        blob = put(store, b"<script>alert(1)</script>")

        link = store.direct_link(blob.key, self.NAME, 60)

        assert link is not None
        answer = httpx2.get(link, trust_env=False)
        assert answer.content == b"<script>alert(1)</script>"
        assert answer.headers["Content-Type"] == "application/octet-stream"
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith("attachment; filename*=UTF-8''Rechnung%20%22M%C3%A4rz")

    def test_stored_bytes_are_marked_as_an_attachment(
        self, bucket: Bucket, s3_server: S3Server, tmp_path: Path
    ) -> None:
        direct = replace(bucket, name=s3_server.fresh_bucket(), public_endpoint=s3_server.endpoint)
        store = S3BlobStore(direct, tmp_path)
        link = store.direct_link(put(store, b"<script>alert(1)</script>").key, "a.html", 60)
        assert link is not None

        answer = httpx2.get(re.sub(r"&response-[^&]*", "", link), trust_env=False)

        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"

    def test_buckets_before_the_host(self, bucket: Bucket, tmp_path: Path) -> None:
        public = replace(
            bucket,
            name="files",
            is_path_style=False,
            public_endpoint="https://s3.example.com",
            prefix="",
        )

        link = S3BlobStore(public, tmp_path).direct_link("ab/c", "a", 60)

        assert link is not None
        assert link.startswith("https://files.s3.example.com/ab/c?X-Amz-Algorithm=")

    def test_links_lead_through_the_server_unless_told_otherwise(self, store: S3BlobStore) -> None:
        assert store.direct_link("ab/c", "a", 60) is None
