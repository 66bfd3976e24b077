#!/usr/bin/env python3
"""Sets the document type of a new document of paperless-ngx: PAPERLESS_POST_CONSUME_SCRIPT.

Sends the document to a Pigeonhole server, and writes the type that it finds by your rules to
paperless' API. docs/how-to/paperless-ngx.md describes its settings, which are environment
variables. It needs nothing but Python and PyYAML, which paperless-ngx brings.

It never fails: a document without a type is consumed like any other, and the log says why.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import yaml

REQUEST_SECONDS = 60
WAIT_SECONDS = float(os.environ.get("PIGEONHOLE_WAIT_SECONDS", "300"))
MIN_CONFIDENCE = float(os.environ.get("PIGEONHOLE_MIN_CONFIDENCE", "0.8"))


class Problem(Exception):
    """Why the document gets no type."""


class Api:
    """JSON over HTTP with a key; an answer of 4xx or 5xx is a Problem."""

    def __init__(self, name: str, url: str, authorization: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise Problem(f"the address of {name} is not set, or does not begin with http")
        self._name = name
        self._url = url.rstrip("/")
        self._authorization = authorization

    def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Return the JSON of the answer."""
        data = None if body is None else json.dumps(body).encode()
        return self._send(method, path, data, "application/json")

    def upload(self, path: str, file: Path, name: str) -> dict[str, Any]:
        """Send a file as a form; returns the JSON of the answer."""
        boundary = uuid.uuid4().hex
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"{rest}\r\n\r\n{value}'
            for field, rest, value in (
                ("purpose", "", "classify\r\n"),
                ("file", f'; filename="{_quote(name)}"', ""),
            )
        )
        data = head.encode() + file.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        return self._send("POST", path, data, f"multipart/form-data; boundary={boundary}")

    def _send(
        self, method: str, path: str, data: bytes | None, content_type: str
    ) -> dict[str, Any]:
        headers = {"Authorization": self._authorization, "Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = content_type
        request = urllib.request.Request(
            self._url + path, data=data, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            said = error.read(500).decode(errors="replace")
            raise Problem(f"{self._name} answers {method} {path}: {error.code}: {said}") from None
        except OSError as error:
            raise Problem(f"{self._name} at {self._url} does not answer: {error}") from None
        read: dict[str, Any] = json.loads(content) if content else {}
        return read


def main() -> None:
    try:
        print(f"pigeonhole: {set_document_type()}")
    except Problem as problem:
        print(f"pigeonhole: the document keeps no type: {problem}", file=sys.stderr)


def set_document_type() -> str:
    """Classify the document and set its type; returns what happened."""
    if given := os.environ.get("DOCUMENT_TYPE", ""):
        return f"the document has the type {given} already"
    document = _required("DOCUMENT_ID")
    result = classify(
        Path(_required("DOCUMENT_SOURCE_PATH")), os.environ.get("DOCUMENT_ORIGINAL_FILENAME", "")
    )
    name, confidence = result["type"], result["confidence"]
    if name is None:
        return f"no rule fits ({confidence:.0%})"
    if confidence < MIN_CONFIDENCE:
        return f"perhaps {name} ({confidence:.0%}): less sure than {MIN_CONFIDENCE:.0%}, not set"
    paperless = Api(
        "paperless",
        os.environ.get("PAPERLESS_API_URL", "http://localhost:8000"),
        f"Token {_required('PAPERLESS_API_TOKEN')}",
    )
    type_id = find_or_create_type(paperless, name)
    paperless.call("PATCH", f"/api/documents/{document}/", {"document_type": type_id})
    return f"document {document} is of the type {name} ({confidence:.0%})"


def classify(file: Path, name: str) -> dict[str, Any]:
    """Return the result for a file; the server keeps neither the file nor the job."""
    key = _required("PIGEONHOLE_API_KEY")
    server = Api("Pigeonhole", os.environ.get("PIGEONHOLE_URL", ""), f"Bearer {key}")
    rules = read_rules(Path(_required("PIGEONHOLE_RULES")))
    file_id = server.upload("/api/v1/beta/files", file, name or file.name)["id"]
    try:
        job = server.call(
            "POST", "/api/v2/classify", {"file_input": file_id, "configuration": {"rules": rules}}
        )
        deadline = time.monotonic() + WAIT_SECONDS
        while job["status"] in {"PENDING", "RUNNING"}:
            if time.monotonic() > deadline:
                raise Problem(f"Pigeonhole did not end within {WAIT_SECONDS:.0f} s")
            time.sleep(0.5)
            job = server.call("GET", f"/api/v2/classify/{job['id']}")
        server.call("DELETE", f"/api/v2/classify/{job['id']}")
    finally:
        server.call("DELETE", f"/api/v1/beta/files/{file_id}")
    if job["result"] is None:
        raise Problem(str(job["error_message"]))
    result: dict[str, Any] = job["result"]
    return result


def read_rules(path: Path) -> list[dict[str, str]]:
    """Return type and description of each rule of a rules file."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return [
            {"type": rule["type"], "description": rule["description"]} for rule in content["rules"]
        ]
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError) as error:
        raise Problem(f"{path} cannot be read as rules: {error!r}") from None


def find_or_create_type(paperless: Api, name: str) -> int:
    """Return the id of the document type of this name."""
    query = urllib.parse.urlencode({"name__iexact": name})
    found = paperless.call("GET", f"/api/document_types/?{query}")["results"]
    if found:
        return int(found[0]["id"])
    # 0: paperless itself matches no documents to it.
    new = {"name": name, "matching_algorithm": 0}
    return int(paperless.call("POST", "/api/document_types/", new)["id"])


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise Problem(f"{name} is not set")
    return value


def _quote(name: str) -> str:
    # As browsers do (HTML Standard, "multipart form data").
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


if __name__ == "__main__":
    main()
