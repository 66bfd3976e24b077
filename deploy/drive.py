"""Classify the sample documents on a running server, with the program's own libraries only.

    python drive.py http://127.0.0.1:8000 SAMPLES

Takes the key from PIGEONHOLE_API_KEY. The status is 0 if every result is the expected one.
`make check-image` and `make check-bundle` run it in their installation.
"""

import http.client
import json
import os
import sys
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import yaml

READY_SECONDS = 120.0
JOB_SECONDS = 300.0


class Api:
    """The few calls of a classification, each on a new connection."""

    def __init__(self, url: str, key: str) -> None:
        self._address = urlsplit(url).netloc
        self._headers = {"Authorization": f"Bearer {key}"}

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, bytes]:
        """Send one request; return its status and body."""
        connection = http.client.HTTPConnection(self._address, timeout=60)
        headers = {**self._headers, **({"Content-Type": kind} if kind else {})}
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def get(self, path: str) -> dict:
        """Return the JSON of a GET that must succeed."""
        return self._json(*self.ask("GET", path))

    def post(self, path: str, value: object) -> dict:
        """Post a value as JSON and return the JSON of the answer."""
        return self._json(*self.ask("POST", path, json.dumps(value).encode(), "application/json"))

    def upload(self, path: Path) -> str:
        """Upload a file for classification and return its id."""
        mark = uuid.uuid4().hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nclassify\r\n'
        head += f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"'
        body = f"{head}\r\n\r\n".encode() + path.read_bytes() + f"\r\n--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        return str(self._json(*self.ask("POST", "/api/v1/beta/files", body, kind))["id"])

    def _json(self, status: int, body: bytes) -> dict:
        if status >= http.client.BAD_REQUEST:
            raise SystemExit(f"the server answered {status}: {body[:500].decode()}")
        return dict(json.loads(body))


def wait_until_ready(api: Api) -> None:
    """Wait until /readyz answers 200."""
    deadline = time.monotonic() + READY_SECONDS
    status, body = 0, b""
    while time.monotonic() < deadline:
        try:
            status, body = api.ask("GET", "/readyz")
        except OSError as error:
            body = str(error).encode()
        if status == http.client.OK:
            return
        time.sleep(0.2)
    raise SystemExit(f"not ready after {READY_SECONDS:g} s: {status} {body.decode()}")


def classify(api: Api, samples: Path) -> list[str]:
    """Send the samples in one job; return a line for each file with an unexpected result."""
    given = yaml.safe_load((samples / "rules.yaml").read_text(encoding="utf-8"))
    expected = yaml.safe_load((samples / "expected.yaml").read_text(encoding="utf-8"))
    names = {api.upload(samples / name): name for name in expected}
    job = api.post("/api/v1/classifier/jobs", {"file_ids": list(names), "rules": given["rules"]})
    deadline = time.monotonic() + JOB_SECONDS
    path = f"/api/v1/classifier/jobs/{job['id']}"
    while api.get(path)["status"] == "PENDING":
        if time.monotonic() > deadline:
            raise SystemExit(f"the job was not done after {JOB_SECONDS:g} s")
        time.sleep(0.2)
    wrong = []
    for item in api.get(f"{path}/results")["items"]:
        name = names[item["file_id"]]
        answer = item["result"]["type"] if item["result"] else {"error": item["error"]["code"]}
        print(f"{name:24} {answer}")
        if answer != expected[name]:
            wrong.append(f"{name}: {answer}, expected {expected[name]}")
    return wrong


def main() -> None:
    """Wait for the server, classify, and print unexpected results."""
    url, samples = sys.argv[1], Path(sys.argv[2])
    api = Api(url, os.environ["PIGEONHOLE_API_KEY"])
    wait_until_ready(api)
    began = time.monotonic()
    wrong = classify(api, samples)
    print(f"classified in {time.monotonic() - began:.1f} s")
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main()
