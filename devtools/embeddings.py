"""An embeddings server as OpenAI describes it, on loopback, which can be told to misbehave."""

import base64
import json
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from worker.classification.embedders.base import Embedder, Vectors


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def texts(self) -> list[str]:
        return list(self.body["input"])


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back: `body` is JSON unless it is bytes already; `promised` bytes, if more."""

    body: object
    status: int = 200
    headers: Mapping[str, str] | None = None
    promised: int | None = None


Answer = Callable[[Request, Vectors], Reply]
"""Makes the reply to a request from the vectors that it asks for."""


def plain(_: Request, vectors: Vectors) -> Reply:
    rows = [{"index": row, "embedding": vector.tolist()} for row, vector in enumerate(vectors)]
    return Reply({"object": "list", "data": rows})


def in_base64(_: Request, vectors: Vectors) -> Reply:
    rows = [
        {"index": row, "embedding": base64.b64encode(vector.astype("<f4").tobytes()).decode()}
        for row, vector in enumerate(vectors)
    ]
    return Reply({"data": rows})


def backwards(asked: Request, vectors: Vectors) -> Reply:
    body: Any = plain(asked, vectors).body
    return Reply({"data": body["data"][::-1]})


def always(reply: Reply) -> Answer:
    return lambda _, __: reply


class EmbeddingsServer:
    """Serves an embedder's vectors at /v1/embeddings. Use it as a context manager.

    `certificate` is a file with a key and a certificate, to serve https.
    `next` holds answers to be given once, in order, before `answer` is; `asked` what was asked.
    """

    def __init__(self, embedder: Embedder, certificate: Path | None = None) -> None:
        self.asked: list[Request] = []
        self.next: list[Answer] = []
        self.answer: Answer = plain
        self._embedder = embedder
        self._certificate = certificate
        self._lock = threading.Lock()
        self._port = 0
        self._http: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http{'s' if self._certificate else ''}://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Listen, after `stop` on the same port again."""
        self._http = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler())
        self._http.daemon_threads = True
        if self._certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self._port = self._http.server_address[1]
        # Looked at between requests: the default would make each stop take half a second.
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()

    def _reply(self, asked: Request) -> Reply:
        with self._lock:
            self.asked.append(asked)
            answer = self.next.pop(0) if self.next else self.answer
            return answer(asked, self._vectors(asked.texts))

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._embedder.embed([text], "passage")[0] for text in texts])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        reply_to = self._reply

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                reply = reply_to(Request(self.path, dict(self.headers), body))
                content = reply.body
                if not isinstance(content, bytes):
                    content = json.dumps(content).encode()
                self.send_response(reply.status)
                for name, value in (reply.headers or {}).items():
                    self.send_header(name, value)
                length = len(content) if reply.promised is None else reply.promised
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing: tests read what was asked."""

        return Handler
