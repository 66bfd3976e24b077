"""What is wrong with the address of a server, with the server, or with its key."""

import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.text import counted
from cli.api_client.address import LOOPBACK

if TYPE_CHECKING:
    import httpx2

SECONDS = 10.0
_PATHS = ("/api/v1", "/api/v2", "/api", "/docs", "/livez", "/readyz", "/openapi.json")
_UNAUTHORIZED, _FORBIDDEN, _PROXY_LOGIN, _TOO_MANY = 401, 403, 407, 429


@dataclass(frozen=True, slots=True)
class ServerCheck:
    """One thing that was checked; `advice` says what to do, empty if there is nothing to do."""

    name: str
    is_good: bool
    sentence: str
    advice: str = ""


@dataclass(slots=True)
class CheckedServer:
    """What was checked, in this order: address, server, ready, key. Stops where no more can be."""

    url: str
    is_good: bool = True
    checks: list[ServerCheck] = field(default_factory=list)

    def good(self, name: str, sentence: str, advice: str = "") -> None:
        """Add a check that found nothing wrong."""
        self.checks.append(ServerCheck(name, is_good=True, sentence=sentence, advice=advice))

    def wrong(self, name: str, sentence: str, advice: str) -> None:
        """Add a check that found something wrong."""
        self.is_good = False
        self.checks.append(ServerCheck(name, is_good=False, sentence=sentence, advice=advice))


def check_server(url: str, key: str, key_problem: str = "") -> CheckedServer:
    """Check the server at a base address; the key goes to a server of Pigeonhole only.

    `key_problem` says why there is no key.
    """
    base, path = _split_path(url)
    found = CheckedServer(base)
    if path:
        found.wrong("address", f"The address ends in {path}.", f"Use the base address: {base}")
    with contextlib.ExitStack() as stack:
        answer = _reach(found, base, stack)
        if answer is not None and _is_pigeonhole(found, answer):
            _check_ready(found, answer)
            if key_problem:
                found.wrong("key", key_problem, "")
            else:
                _check_key(found, _client(found.url, stack, trust_env=_trusts(found.url)), key)
    return found


def _split_path(url: str) -> tuple[str, str]:
    """Return the base address, and the path that is too many."""
    for path in _PATHS:
        if url.endswith(path):
            return url.removesuffix(path).rstrip("/"), path
    return url, ""


def _trusts(url: str) -> bool:
    """Tell whether the proxy of the environment is used: it cannot reach this machine's servers."""
    import httpx2  # noqa: PLC0415

    return httpx2.URL(url).host not in LOOPBACK


def _client(
    url: str, stack: contextlib.ExitStack, *, trust_env: bool, verify: bool = True
) -> "httpx2.Client":
    import httpx2  # noqa: PLC0415

    client = httpx2.Client(base_url=url, timeout=SECONDS, trust_env=trust_env, verify=verify)
    return stack.enter_context(client)


def _reach(found: CheckedServer, url: str, stack: contextlib.ExitStack) -> "httpx2.Response | None":
    """Return the answer to a first request, None after saying why there is none."""
    import httpx2  # noqa: PLC0415

    try:
        answer = _client(url, stack, trust_env=_trusts(url)).get("/readyz")
    except httpx2.TransportError as error:
        _explain_silence(found, url, error, stack)
        return None
    except ValueError as error:
        found.wrong("server", f"No request can be sent there: {error}.", "Correct the address.")
        return None
    return answer


def _explain_silence(
    found: CheckedServer, url: str, error: Exception, stack: contextlib.ExitStack
) -> None:
    """Say why a server does not answer: try the other scheme, and without the proxy."""
    other = (
        url.replace("https://", "http://", 1)
        if url.startswith("https://")
        else url.replace("http://", "https://", 1)
    )
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        found.wrong(
            "server",
            "Its certificate is not trusted by this machine.",
            "Set SSL_CERT_FILE to the certificate of your authority, and check the host's name.",
        )
    elif _answers(other, stack):
        scheme = other.partition(":")[0]
        found.wrong("server", f"This port speaks {scheme}.", f"Use {other}")
    elif _trusts(url) and _answers(url, stack, trust_env=False):
        found.wrong("server", "A proxy is in the way.", _proxy_advice(url))
    else:
        reason = str(error) or "it takes too long"
        found.wrong(
            "server",
            f"Nothing answers there ({reason}).",
            "Start it with `pigeonhole serve`, check host and port, and whether a firewall is in "
            "between.",
        )


def _answers(url: str, stack: contextlib.ExitStack, *, trust_env: bool = True) -> bool:
    import httpx2  # noqa: PLC0415

    try:
        # No key is sent, and nothing of the answer is used.
        client = _client(url, stack, trust_env=trust_env and _trusts(url), verify=False)
        return client.get("/readyz").status_code != httpx2.codes.BAD_REQUEST
    except (httpx2.TransportError, ValueError):
        return False


def _is_pigeonhole(found: CheckedServer, answer: "httpx2.Response") -> bool:
    """Tell whether the answer is one of Pigeonhole's; says what else it is."""
    body = _json(answer)
    if body.get("status") in {"ready", "not ready"} and ({"workers", "problems"} & set(body)):
        found.good("server", f"Pigeonhole answers at {found.url}.")
        return True
    host = answer.request.url.host
    if answer.is_redirect:
        target = answer.headers.get("Location", "another address")
        found.wrong("server", f"It redirects to {target}.", "Use the address that it leads to.")
    elif answer.status_code == _PROXY_LOGIN or (
        _trusts(found.url) and any(name in answer.headers for name in ("Via", "X-Squid-Error"))
    ):
        found.wrong(
            "server",
            f"A proxy answers instead (status {answer.status_code}).",
            _proxy_advice(found.url),
        )
    elif "HTTPS" in answer.text[:2000] and answer.status_code == 400:
        secure = found.url.replace("http://", "https://", 1)
        found.wrong("server", "This port speaks https.", f"Use {secure}")
    else:
        found.wrong(
            "server",
            f"{host} answers, but it is not Pigeonhole (status {answer.status_code}).",
            "Check host, port and path. A server below a path is named with it: https://host/path.",
        )
    return False


def _check_ready(found: CheckedServer, answer: "httpx2.Response") -> None:
    body = _json(answer)
    if body["status"] != "ready":
        problems = "; ".join(f"{part}: {why}" for part, why in body["problems"].items())
        advice = "" if "the server's log" in problems else "Look into the server's log."
        found.wrong("ready", f"It is not ready: {problems}.", advice)
        return
    workers = body.get("workers", 0)
    languages = " ".join(body.get("ocr_languages", ())) or "none"
    if not workers:
        found.wrong(
            "ready",
            "It has no workers: it takes jobs, but nothing is classified.",
            "Start `pigeonhole worker`.",
        )
    else:
        missing = " ".join(map(str, body.get("missing", ())))
        count = counted(workers, "worker")
        found.good("ready", f"{count}. Languages of OCR: {languages}.", missing)


def _check_key(found: CheckedServer, client: "httpx2.Client", key: str) -> None:
    import httpx2  # noqa: PLC0415

    if not key:
        found.wrong("key", "No key is given.", "Set PIGEONHOLE_API_KEY, or give --api-key.")
        return
    try:
        authorization = {"Authorization": f"Bearer {key}"}
        projects = client.get("/api/v1/projects", headers=authorization)
        jobs = client.get("/api/v1/classifier/jobs", params={"page_size": 1}, headers=authorization)
    except httpx2.TransportError as error:
        found.wrong("key", f"The server has stopped answering ({error}).", "Try again.")
        return
    detail = str(_json(jobs).get("detail") or f"status {jobs.status_code}")
    if projects.status_code == _UNAUTHORIZED:
        found.wrong(
            "key", detail, "Check the key. `pigeonhole keys create NAME` on the server makes one."
        )
    elif jobs.status_code == _FORBIDDEN:
        found.wrong("key", detail, "Use a key for documents to classify.")
    elif jobs.status_code == _TOO_MANY:
        found.good("key", "The key is good; its limit of requests is reached.", "Wait a minute.")
    elif not jobs.is_success:
        found.wrong("key", detail, "Look into the server's log.")
    else:
        names = ", ".join(project["name"] for project in projects.json())
        found.good("key", f"The key is good. Projects: {names}.")


def _proxy_advice(url: str) -> str:
    import httpx2  # noqa: PLC0415

    return f"Set NO_PROXY={httpx2.URL(url).host}, or unset HTTP_PROXY and HTTPS_PROXY."


def _json(answer: "httpx2.Response") -> dict[str, Any]:
    try:
        body = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}
