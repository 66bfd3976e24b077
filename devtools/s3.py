"""moto's S3 server in its own process."""

import itertools
import os
import sys
from pathlib import Path

import httpx2

from devtools.ports import free_port
from devtools.process import Process, ServerFailed, wait_until
from devtools.reaper import reaper
from devtools.waiting import WAIT_SECONDS

PORT_ATTEMPTS = 5
# moto accepts any key.
ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


class S3Server:
    """One server for a test session; it keeps its objects in memory."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._process: Process | None = None
        self._numbers = itertools.count(1)
        self.endpoint = ""

    @property
    def pid(self) -> int:
        assert self._process is not None, "start the server first"
        return self._process.pid

    def start(self) -> None:
        self._folder = reaper.new_folder("ph-s3-")
        for attempts_left in reversed(range(PORT_ATTEMPTS)):
            port = free_port()
            self.endpoint = f"http://127.0.0.1:{port}"
            self._process = Process(
                "moto",
                [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)],
                log=self._folder / f"moto-{port}.log",
                environment={"PATH": os.defpath, "HOME": str(self._folder)},
                folder=self._folder,
            )
            try:
                self._process.start()
                wait_until(self._answers, self._process)
            except ServerFailed:
                if not attempts_left or "Address already in use" not in self._process.output():
                    raise
            else:
                return

    def fresh_bucket(self) -> str:
        """Return the name of a new, empty bucket."""
        name = f"bucket-{next(self._numbers)}"
        self.call("PUT", f"/{name}").raise_for_status()
        return name

    def call(self, method: str, path: str) -> httpx2.Response:
        """Send a request without a signature, which moto does not ask for."""
        return httpx2.request(method, self.endpoint + path, trust_env=False, timeout=WAIT_SECONDS)

    def settings(self, bucket: str) -> dict[str, object]:
        """Return the settings of a server that keeps its files in the bucket."""
        return {
            "blob_url": f"s3://{bucket}/some/prefix",
            "s3_endpoint": self.endpoint,
            "s3_access_key": ACCESS_KEY,
            "s3_secret_key": SECRET_KEY,
        }

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
        if self._folder is not None:
            reaper.remove_folder(self._folder)
        self._process = self._folder = None

    def _answers(self) -> bool:
        try:
            return self.call("GET", "/moto-api/").status_code < 500
        except httpx2.TransportError:
            return False
