"""Requests of version 2, as the tests send them."""

from typing import Any

import httpx2
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.db import Database
from app.jobs.models import Job
from tests.integration.application import RULES

V2 = "/api/v2/classify"
CONFIGURATION = {"rules": RULES}


def post(client: TestClient, **body: object) -> httpx2.Response:
    return client.post(V2, json={"configuration": CONFIGURATION, **body})


def create(client: TestClient, **body: object) -> dict[str, Any]:
    answer = post(client, **body)
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


def read(client: TestClient, job: dict[str, Any], **query: str) -> dict[str, Any]:
    answer = client.get(f"{V2}/{job['id']}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def listed(client: TestClient, **query: object) -> list[str]:
    answer = client.get(V2, params=query)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return [job["id"] for job in answer.json()["items"]]


def problem(answer: httpx2.Response) -> tuple[list[object], str]:
    assert answer.status_code == 422, answer.text
    (problem,) = answer.json()["detail"]
    return problem["loc"], problem["msg"]


def stored_jobs(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0
