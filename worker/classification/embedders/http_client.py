"""The client of an embeddings server: one request at a time, with retries.

It uses `http.client`, which follows no redirects and uses no proxies, so documents go to the
configured host only. Certificates are checked; `SSL_CERT_FILE` names a private authority.
"""

import base64
import http.client
import json
import logging
import random
import ssl
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import numpy as np

from app.retry_after import parse_retry_after
from worker.classification.embedders.base import Vectors

log = logging.getLogger(__name__)

# For one text: 8,192 numbers of 20 characters are 160 KiB.
_MAX_ANSWER_BYTES = 1024 * 1024
_READ_BYTES = 64 * 1024
_MIN_WAIT_SECONDS = 0.25
_MAX_WAIT_SECONDS = 8.0
# With a longer Retry-After the server counts as unavailable and the file waits in the queue.
_MAX_RETRY_AFTER_SECONDS = 60.0

_TRANSIENT_STATUSES = frozenset({408, 425, 429})
# Statuses for a text that a server cannot embed. llama.cpp answers 500 if it is too long.
_TEXT_STATUSES = frozenset({400, 413, 422, 500})

_jitter = random.SystemRandom()


class EmbedderUnavailable(OSError):
    """The server does not work. The file can wait.

    An OSError, like that of a broken disk: the pipeline returns the file to the queue.
    """


class TextRefused(Exception):
    """The server answered but did not embed this text."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a server. `url` may end before `/embeddings`; `key` may be empty.

    One request takes at most about `seconds` and is sent at most `tries` times.
    """

    url: str
    model: str
    key: str = field(repr=False)
    seconds: float
    tries: int

    @property
    def path(self) -> str:
        """The path of the requests: /v1/embeddings unless the URL has another one."""
        path = urlsplit(self.url).path.rstrip("/") or "/v1"
        return path if path.endswith("/embeddings") else f"{path}/embeddings"


class EmbeddingsServer:
    """A server that speaks OpenAI's embeddings API. Safe to share by threads and after a fork."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._tls = ssl.create_default_context()
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if endpoint.key:
            self._headers["Authorization"] = f"Bearer {endpoint.key}"

    def vectors(self, texts: Sequence[str], tries: int | None = None) -> Vectors:
        """Return one vector a text, shape (len(texts), dimension), all numbers finite.

        Retries connection errors, 408, 425, 429 and 5xx, up to `tries` requests in all, with
        exponential backoff and jitter; obeys Retry-After.

        Raises EmbedderUnavailable, or TextRefused when the error may be about these texts.
        """
        last = (tries or self._endpoint.tries) - 1
        attempt = 0
        while True:
            try:
                return self._ask(texts)
            except _Transient as error:
                wait = max(_backoff(attempt), error.seconds)
                if attempt == last or wait > _MAX_RETRY_AFTER_SECONDS:
                    raise error.cause from error.__cause__
                log.debug("embedding request failed; retrying", extra={"reason": str(error.cause)})
            time.sleep(wait)
            attempt += 1

    def _ask(self, texts: Sequence[str]) -> Vectors:
        try:
            status, retry_after, body = self._post(texts)
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            raise _Transient(self._unavailable(f"failed: {reason}")) from error
        if status == http.client.OK:
            return self._read(body, len(texts))
        said = read_error(body)
        sentence = f"answered with status {status}{': ' if said else ''}{said}"
        cause: EmbedderUnavailable | TextRefused = self._unavailable(sentence)
        if status in _TEXT_STATUSES:
            cause = TextRefused(f"the embeddings server {sentence}")
        if status in _TRANSIENT_STATUSES or status >= http.client.INTERNAL_SERVER_ERROR:
            wait = parse_retry_after(retry_after, datetime.now(UTC)) or timedelta(0)
            raise _Transient(cause, wait.total_seconds())
        raise cause

    def _read(self, body: bytes, count: int) -> Vectors:
        try:
            vectors = read_vectors(body, count)
        except UnusableAnswer as error:
            raise self._unavailable(f"returned an answer that {error}") from error
        if not np.isfinite(vectors).all():
            raise TextRefused("the embeddings server returned numbers that are not finite")
        return vectors

    def _post(self, texts: Sequence[str]) -> tuple[int, str | None, bytes]:
        """Return status, Retry-After and body; raises OSError or HTTPException."""
        request = {"model": self._endpoint.model, "input": list(texts), "encoding_format": "float"}
        until = time.monotonic() + self._endpoint.seconds
        with closing(self._connection()) as connection:
            connection.request("POST", self._endpoint.path, json.dumps(request), self._headers)
            with connection.getresponse() as response:
                body = bytearray()
                while part := response.read1(_READ_BYTES):
                    body += part
                    if len(body) > _MAX_ANSWER_BYTES * len(texts):
                        raise http.client.HTTPException("the answer is too long")
                    if time.monotonic() > until:
                        raise TimeoutError("the answer takes too long")
                if response.length:  # bytes that are missing
                    raise http.client.IncompleteRead(bytes(body), response.length)
                return response.status, response.getheader("Retry-After"), bytes(body)

    def _connection(self) -> http.client.HTTPConnection:
        # A new connection for each request costs little in a local network. A kept one could be
        # closed by the server or shared by two processes.
        parts = urlsplit(self._endpoint.url)
        host, seconds = parts.hostname or "", self._endpoint.seconds
        if parts.scheme == "https":
            return http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=self._tls)
        return http.client.HTTPConnection(host, parts.port, timeout=seconds)

    def _unavailable(self, what: str) -> EmbedderUnavailable:
        return EmbedderUnavailable(f"the embeddings server {self._endpoint.url} {what}")


class _Transient(Exception):
    """A failure that a retry may solve; `seconds` is the server's Retry-After."""

    def __init__(self, cause: EmbedderUnavailable | TextRefused, seconds: float = 0.0) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.seconds = seconds


def _backoff(attempt: int) -> float:
    wait = min(_MIN_WAIT_SECONDS * 2.0**attempt, _MAX_WAIT_SECONDS)
    return wait * _jitter.uniform(0.5, 1.5)


class UnusableAnswer(ValueError):
    """The answer cannot be used; the message is the end of a sentence."""


def read_vectors(body: bytes, count: int) -> Vectors:
    """Return the vectors of an answer in the order of the texts, shape (count, dimension).

    Vectors may be lists of numbers or base64 of little-endian float32, in any order as long as
    each has its `index`. They may hold NaN, as some servers' `null` does. Raises UnusableAnswer.
    """
    try:
        rows = json.loads(body)["data"]
        order = [row.get("index", position) for position, row in enumerate(rows)]
        vectors = [_vector(row["embedding"]) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnusableAnswer("is not a JSON object with a list of embeddings") from error
    if len(vectors) != count:
        raise UnusableAnswer(f"has {len(vectors)} embeddings for {count} texts")
    if sorted(order) != list(range(count)):
        raise UnusableAnswer("does not say which embedding belongs to which text")
    lengths = {len(vector) for vector in vectors}
    if len(lengths) != 1 or 0 in lengths:
        raise UnusableAnswer("has embeddings of different or no length")
    return np.stack([vectors[order.index(position)] for position in range(count)])


def read_error(body: bytes) -> str:
    """Return the message of an error in the form of OpenAI's API, at most 200 characters, or "".

    Other parts of an answer are not read: some servers repeat the text that they were sent.
    """
    try:
        message = json.loads(body)["error"]["message"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return " ".join(message.split())[:200] if isinstance(message, str) else ""


def _vector(embedding: object) -> Vectors:
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding, validate=True), dtype="<f4")
    vector = np.array(embedding, dtype=np.float32)
    if vector.ndim != 1:
        raise TypeError("an embedding is not a list of numbers")
    return vector
