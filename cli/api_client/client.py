"""HTTP to a server of Pigeonhole: one request, its answer, and one sentence for what goes wrong."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import httpx2

from app.errors import PigeonholeError, StartupError
from app.text import escape_line
from cli.api_client.address import LOOPBACK, Server

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 120.0
# A server that restarts or limits its clients is asked again after these seconds.
_WAITS = (0.5, 2.0, 5.0)
_MAX_WAIT = 30.0
_MAX_PAGE = 100
# Characters of a sentence of a server: what answers may be something else.
_MAX_DETAIL = 500
_BUSY = {429, 502, 503, 504}


def _json(answer: httpx2.Response) -> Any:  # noqa: ANN401  # JSON
    return answer.json()


def _text(answer: httpx2.Response) -> str:
    return answer.text


class ServerRefused(PigeonholeError):
    """The server has refused a request; `code`, its status, and its sentences say why."""

    def __init__(self, status: int, detail: str, sentences: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.code = status
        self.sentences = tuple(sentences) or (detail,)


class ServerClient:
    """A client of one server. Raises StartupError when it does not answer or refuses the key."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._http = httpx2.Client(
            base_url=server.url,
            headers={"Authorization": f"Bearer {server.api_key}"},
            timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            # A proxy of the environment cannot reach this machine's own servers.
            trust_env=httpx2.URL(server.url).host not in LOOPBACK,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def check(self) -> None:
        """Ask for something small, once: raises StartupError unless the server takes the key."""
        try:
            self._request("GET", "/api/v1/classifier/jobs", waits=(), params={"page_size": 1})
        except ServerRefused as error:
            raise StartupError(f"{self._not_ours}; it says: {error}") from None

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401  # JSON
        """Return the JSON of a GET."""
        return self._request("GET", path, params=params)

    def list_items(self, path: str, limit: int) -> list[dict[str, Any]]:
        """Return the first items of a listing, `limit` at most, page by page."""
        found: list[dict[str, Any]] = []
        token: str | None = None
        while len(found) < limit:
            params: dict[str, Any] = {"page_size": min(_MAX_PAGE, limit - len(found))}
            page = self.get(path, params if token is None else {**params, "page_token": token})
            found += page["items"]
            token = page["next_page_token"]
            if token is None:
                break
        return found

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401  # JSON
        """Return the JSON of a POST."""
        return self._request("POST", path, json=body)

    def get_text(self, path: str) -> str:
        """Return the text of a GET."""
        return str(self._request("GET", path, parse=_text))

    def post_table(self, path: str, table: bytes) -> Any:  # noqa: ANN401  # JSON
        """Return the JSON of a POST of a CSV table."""
        headers = {"Content-Type": "text/csv"}
        return self._request("POST", path, content=table, headers=headers)

    def delete(self, path: str, *, may_be_gone: bool = True) -> None:
        """Delete what there is; with `may_be_gone`, what does not exist is not an error."""
        try:
            self._request("DELETE", path)
        except ServerRefused as error:
            if error.code != 404 or not may_be_gone:
                raise

    def upload(self, name: str, content: Any) -> str:  # noqa: ANN401  # bytes or an open file
        """Store a file on the server; returns its id."""
        answer = self._request(
            "POST",
            "/api/v1/beta/files",
            files={"file": (name, content)},
            data={"purpose": "classify"},
        )
        return str(answer["id"])

    def _request(
        self,
        method: str,
        path: str,
        waits: Sequence[float] = _WAITS,
        parse: Callable[[httpx2.Response], Any] = _json,
        **options: Any,  # noqa: ANN401  # as httpx2
    ) -> Any:  # noqa: ANN401  # JSON
        for wait in (*waits, None):
            try:
                answer = self._http.request(method, path, **options)
            except httpx2.TransportError as error:
                if wait is None or not isinstance(error, httpx2.ConnectError):
                    raise StartupError(self._unreachable(error)) from None
                time.sleep(wait)
                continue
            except (httpx2.InvalidURL, ValueError) as error:
                raise StartupError(f"{self._server.source}: {error}") from None
            if answer.status_code in _BUSY and wait is not None:
                time.sleep(_retry_seconds(answer, wait))
                _rewind(options)
                continue
            return self._read(answer, parse)
        raise AssertionError

    def _read(self, answer: httpx2.Response, parse: Callable[[httpx2.Response], Any]) -> Any:  # noqa: ANN401  # JSON or text
        if answer.is_success:
            try:
                return None if answer.status_code == 204 else parse(answer)
            except json.JSONDecodeError:
                raise StartupError(self._not_ours) from None
        sentences = _sentences(answer)
        detail = "; ".join(sentences)[:_MAX_DETAIL]
        if answer.status_code in {401, 403}:
            raise StartupError(
                f"{self._server.url} refuses the key that {self._server.key_source} gives: {detail}"
            )
        if answer.is_redirect or (answer.status_code == 404 and detail == ""):
            raise StartupError(self._not_ours)
        raise ServerRefused(answer.status_code, detail or f"status {answer.status_code}", sentences)

    @property
    def _not_ours(self) -> str:
        server = self._server
        return f"{server.url} does not work as a server of Pigeonhole: check {server.source}"

    def _unreachable(self, error: Exception) -> str:
        reason = "it takes too long" if isinstance(error, httpx2.TimeoutException) else str(error)
        return (
            f"{self._server.url} does not answer ({escape_line(reason)}): start it with "
            f"`pigeonhole serve`, or check {self._server.source}"
        )


def _retry_seconds(answer: httpx2.Response, wait: float) -> float:
    given = answer.headers.get("Retry-After", "")
    return min(float(given), _MAX_WAIT) if given.isdecimal() else wait


def _rewind(options: Mapping[str, Any]) -> None:
    """Put the file of an upload back to its beginning."""
    for _, content in (options.get("files") or {}).values():
        if hasattr(content, "seek"):
            content.seek(0)


def _sentences(answer: httpx2.Response) -> list[str]:
    """Return the sentences of an error, none if the answer has none."""
    try:
        detail = answer.json()["detail"]
        given = [each["msg"] for each in detail] if isinstance(detail, list) else [detail]
    except (ValueError, KeyError, TypeError):
        return []
    return [escape_line(str(sentence))[:_MAX_DETAIL] for sentence in given]
