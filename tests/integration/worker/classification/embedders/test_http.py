"""A server's vectors over real HTTP, and every way in which a server can disappoint."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.errors import FileError, FileErrorCode
from devtools.embeddings import Answer, EmbeddingsServer, Reply, always, backwards, in_base64, plain
from worker.classification.embedders import http_client as module
from worker.classification.embedders.base import Prefixes
from worker.classification.embedders.http import HttpEmbedder
from worker.classification.embedders.http_client import EmbedderUnavailable, Endpoint
from worker.classification.embedders.http_client import EmbeddingsServer as Asking
from worker.classification.embedders.use.numpy_model import UseEmbedder

TEXTS = ["an invoice", "a recipe", ""]

Connect = Callable[..., HttpEmbedder]


@pytest.fixture(scope="module")
def use() -> UseEmbedder:
    return UseEmbedder()


@pytest.fixture
def server(use: UseEmbedder) -> Iterator[EmbeddingsServer]:
    with EmbeddingsServer(use) as running:
        yield running


@pytest.fixture
def connect(server: EmbeddingsServer) -> Connect:
    def connected(
        *,
        path: str = "",
        key: str = "",
        seconds: float = 5,
        tries: int = 2,
        prefixes: Prefixes = Prefixes(),  # noqa: B008  # frozen
        batch: int = 1,
    ) -> HttpEmbedder:
        endpoint = Endpoint(f"{server.url}{path}", "test-model", key, seconds, tries)
        embedder = HttpEmbedder(Asking(endpoint), "test-model", prefixes, batch)
        server.asked.clear()
        return embedder

    return connected


@pytest.mark.parametrize("answer", [plain, in_base64, backwards])
@pytest.mark.parametrize("batch", [1, 2, 8])
def test_vectors_come_back_in_the_order_of_the_texts(
    server: EmbeddingsServer, connect: Connect, use: UseEmbedder, answer: Answer, batch: int
):
    embedder = connect(batch=batch)
    server.answer = answer
    vectors = embedder.embed(TEXTS, "passage")
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, use.embed(TEXTS, "passage"), atol=1e-6)
    sizes = {1: [1, 1, 1], 2: [2, 1], 8: [3]}
    assert [len(asked.texts) for asked in server.asked] == sizes[batch]


def test_no_texts_are_no_request(server: EmbeddingsServer, connect: Connect):
    assert connect().embed([], "query").shape == (0, 512)
    assert server.asked == []


def test_a_request_is_as_openai_describes_it(server: EmbeddingsServer, connect: Connect):
    embedder = connect(key="key-1", prefixes=Prefixes("query: ", "passage: "))
    embedder.embed(["a\ud800b"], "query")
    embedder.embed(["a"], "passage")
    query, passage = server.asked
    assert query.body == {
        "model": "test-model",
        "input": ["query: a?b"],
        "encoding_format": "float",
    }
    assert passage.texts == ["passage: a"]
    assert query.path == "/v1/embeddings"
    assert query.headers["Authorization"] == "Bearer key-1"
    assert query.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/", "/v1/embeddings"),
        ("/v1", "/v1/embeddings"),
        ("/v1/embeddings", "/v1/embeddings"),
        ("/tei/v1/", "/tei/v1/embeddings"),
    ],
)
def test_the_url_may_have_a_path(server: EmbeddingsServer, connect: Connect, path: str, asked: str):
    connect(path=path).embed(["a"], "query")
    assert [request.path for request in server.asked] == [asked]


def test_the_version_tells_what_changes_vectors(connect: Connect):
    plainly, prefixed = connect(), connect(prefixes=Prefixes("query: "))
    assert plainly.name == prefixed.name == "http:test-model"
    assert plainly.dimension == 512
    assert plainly.version.endswith(".512")
    assert plainly.version != prefixed.version
    assert plainly.version == connect(batch=4).version


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_what_passes_is_tried_again(server: EmbeddingsServer, connect: Connect, status: int):
    embedder = connect()
    server.next = [always(Reply({}, status))]
    assert embedder.embed(["a"], "query").shape == (1, 512)
    assert len(server.asked) == 2
    assert embedder.trouble is None


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_obeyed(server: EmbeddingsServer, connect: Connect, *, as_date: bool):
    embedder = connect()
    began = time.monotonic()
    # A date has whole seconds: of two, at least one is left.
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    server.next = [always(Reply({}, 429, {"Retry-After": date if as_date else "1"}))]
    embedder.embed(["a"], "query")
    assert time.monotonic() - began > 0.9


def test_nobody_waits_for_an_hour(server: EmbeddingsServer, connect: Connect):
    embedder = connect()
    server.next = [always(Reply({}, 503, {"Retry-After": "3600"}))]
    with pytest.raises(EmbedderUnavailable, match="status 503"):
        embedder.embed(["a"], "query")


def test_waits_double_and_vary():
    for attempt, expected in enumerate([0.25, 0.5, 1, 2, 4, 8, 8]):
        waits = {module._backoff(attempt) for _ in range(20)}
        assert len(waits) > 1
        assert all(expected * 0.5 <= wait <= expected * 1.5 for wait in waits)


# What the sentence says, and the answer.
UNUSABLE: dict[str, Answer] = {
    "status 401: no such key": always(Reply({"error": {"message": "no such\nkey"}}, 401)),
    "status 404$": always(Reply({"detail": "secret words of the text"}, 404)),
    "status 307": always(Reply({}, 307, {"Location": "http://127.0.0.1:9/v1/embeddings"})),
    "status 503": always(Reply(b"<html>", 503)),
    "not a JSON object with a list": always(Reply(b"<html>it works</html>")),
    "is not a JSON object": always(Reply(b"[" * 100_000)),
    "not a JSON object ": always(Reply({"data": [{"index": 0, "embedding": [[1.0]]}]})),
    "JSON object with": always(Reply({"data": [{"index": 0, "embedding": "no base64!"}]})),
    "0 embeddings for 1 texts": always(Reply({"data": []})),
    "which embedding belongs": always(Reply({"data": [{"index": 7, "embedding": [1.0]}]})),
    "different or no length": always(Reply({"data": [{"index": 0, "embedding": []}]})),
    "returned 3 numbers for a text, not 512": lambda asked, vectors: plain(asked, vectors[:, :3]),
    "the answer is too long": always(Reply(b" " * 1_200_000)),
    "failed: .*IncompleteRead": always(Reply(b"{", promised=100)),
}


@pytest.mark.parametrize("sentence", UNUSABLE)
def test_an_unusable_server_is_no_file_s_fault(
    server: EmbeddingsServer, connect: Connect, sentence: str
):
    embedder = connect()
    server.answer = UNUSABLE[sentence]
    with pytest.raises(OSError, match=sentence) as error:
        embedder.embed(["a"], "query")
    assert isinstance(error.value, EmbedderUnavailable)
    assert server.url in str(error.value) or "numbers for a text" in str(error.value)
    assert "secret words" not in str(error.value)
    assert embedder.trouble == str(error.value)


def test_a_server_that_is_down_is_found_when_it_is_back(
    server: EmbeddingsServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
):
    embedder = connect()
    assert embedder.is_ready()
    server.stop()
    with pytest.raises(EmbedderUnavailable, match="failed: "):
        embedder.embed(["a"], "query")
    assert not embedder.is_ready()
    server.start()
    # It was asked a moment ago.
    assert not embedder.is_ready()
    monkeypatch.setattr(embedder, "_retry_at", 0.0)
    assert embedder.is_ready()
    assert embedder.trouble is None
    assert embedder.embed(["a"], "query").shape == (1, 512)


def test_a_server_that_comes_back_with_another_model_is_not_used(
    server: EmbeddingsServer, connect: Connect
):
    embedder = connect()
    server.next = [always(Reply({}, 401))]
    with pytest.raises(EmbedderUnavailable):
        embedder.embed(["a"], "query")
    server.answer = lambda asked, vectors: plain(asked, vectors[:, ::-1])
    assert not embedder.is_ready()
    assert embedder.trouble == "the embeddings server now runs another model"


def test_a_slow_server_counts_as_down(server: EmbeddingsServer, connect: Connect):
    # Long enough for the connection, which asks the server too, on a busy machine.
    embedder = connect(seconds=2, tries=1)
    is_over = threading.Event()

    def slowly(*_: object) -> Reply:
        is_over.wait()
        return Reply({})

    server.next = [slowly]
    try:
        with pytest.raises(EmbedderUnavailable, match="timed out"):
            embedder.embed(["a"], "query")
    finally:
        is_over.set()


@pytest.mark.parametrize("number", [float("nan"), float("inf"), None])
def test_numbers_that_are_none_are_the_text_s_fault(
    server: EmbeddingsServer, connect: Connect, number: float | None
):
    embedder = connect()
    server.next = [always(Reply({"data": [{"embedding": [number] * 512}]}))]
    with pytest.raises(FileError, match="not finite") as error:
        embedder.embed(["a"], "passage")
    assert error.value.code == FileErrorCode.INTERNAL
    assert embedder.is_ready()


@pytest.mark.parametrize("status", [400, 413, 422, 500])
def test_a_text_that_is_refused_is_told_from_a_broken_server(
    server: EmbeddingsServer, connect: Connect, status: int
):
    embedder = connect()
    refusal = Reply({"error": {"message": "the input is too long"}}, status)

    def choosy(asked, vectors):
        return refusal if "long" in asked.texts[0] else plain(asked, vectors)

    server.answer = choosy
    with pytest.raises(FileError, match=f"status {status}: the input is too long"):
        embedder.embed(["a long text"], "passage")
    assert embedder.trouble is None
    server.answer = always(refusal)
    with pytest.raises(EmbedderUnavailable, match=f"status {status}"):
        embedder.embed(["a long text"], "passage")
    assert embedder.trouble is not None


def test_proxies_of_the_environment_see_nothing(
    server: EmbeddingsServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.delenv("no_proxy")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert connect().embed(["a"], "query").shape == (1, 512)
    assert len(server.asked) == 1


def test_certificates_are_checked(use: UseEmbedder, tmp_path: Path, monkeypatch):
    certificate = self_signed(tmp_path)
    with EmbeddingsServer(use, certificate) as server:
        endpoint = Endpoint(server.url, "test-model", "", 5, 1)
        with pytest.raises(EmbedderUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            HttpEmbedder(Asking(endpoint), "test-model", Prefixes())
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        embedder = HttpEmbedder(Asking(endpoint), "test-model", Prefixes())
        assert embedder.embed(["a"], "query").shape == (1, 512)


def self_signed(folder: Path) -> Path:
    """Return a file with a key and a certificate for 127.0.0.1 that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "embeddings")])
    address = x509.IPAddress(ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *form)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
