"""A client of a running server, for tests and benchmarks."""

from collections.abc import Sequence
from typing import Any

import httpx2

from devtools.server import NO_CERTIFICATES, RunningServer
from devtools.waiting import WAIT_SECONDS, until

RULES = [
    {"type": "invoice", "description": "A supplier's bill with line items and a total to pay."},
    {"type": "recipe", "description": "Cooking instructions with ingredients and steps."},
]
JOBS = "/api/v1/classifier/jobs"
FILES = "/api/v1/beta/files"


class Client:
    """An HTTP client with the server's key; the caller closes it.

    Its methods raise HTTPStatusError, with the body, when the server refuses a request.
    """

    def __init__(self, server: RunningServer) -> None:
        self.http = httpx2.Client(
            base_url=server.base_url,
            headers={"Authorization": f"Bearer {server.api_key}"},
            trust_env=False,
            timeout=WAIT_SECONDS,
            verify=NO_CERTIFICATES,
        )

    def close(self) -> None:
        self.http.close()

    def upload(self, content: str | bytes, name: str = "note.txt") -> str:
        """Upload a file and return its id."""
        files, data = {"file": (name, content)}, {"purpose": "classify"}
        return str(_checked(self.http.post(FILES, files=files, data=data)).json()["id"])

    def upload_many(self, count: int, first: int = 0) -> list[str]:
        """Upload small invoices, numbered from `first` and no two alike; return their ids."""
        return [
            self.upload(f"INVOICE {n}\nTotal to pay: {n}.50 by bank transfer", f"{n:03}.txt")
            for n in range(first, first + count)
        ]

    def delete(self, file_id: str) -> None:
        _checked(self.http.delete(f"{FILES}/{file_id}"))

    def create_job(self, file_ids: Sequence[str], rules: object = RULES, **options: object) -> str:
        """Create a job and return its id."""
        body = {"file_ids": list(file_ids), "rules": rules, **options}
        return str(_checked(self.http.post(JOBS, json=body)).json()["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        return dict(_checked(self.http.get(f"{JOBS}/{job_id}")).json())

    def results(self, job_id: str) -> list[dict[str, Any]]:
        return list(_checked(self.http.get(f"{JOBS}/{job_id}/results")).json()["items"])

    def wait(
        self, job_id: str, seconds: float = WAIT_SECONDS, pause: float | None = None
    ) -> dict[str, Any]:
        """Wait until a job has ended, in whatever way, and return it; for `pause` see `until`."""

        def ended() -> dict[str, Any] | None:
            job = self.job(job_id)
            return None if job["status"] == "PENDING" else job

        return until(ended, "the job's end", seconds, pause)


def _checked(answer: httpx2.Response) -> httpx2.Response:
    if not answer.is_success:
        reason = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
        raise httpx2.HTTPStatusError(reason, request=answer.request, response=answer)
    return answer
