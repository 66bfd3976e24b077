"""A pipeline that learns from labels, as tests of learning use it."""

from dataclasses import replace
from typing import Any, BinaryIO
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.jobs.models import Result
from app.learning.models import LearnedModel
from app.projects.scope import Scope
from tests.integration.application import JOBS, Api
from tests.integration.worker.pipeline_environment import PipelineEnvironment
from tests.unit.worker.classification.sample_texts import TEXTS
from worker.classification.engine import Engine
from worker.learning.learned_models import LearnedModelLoader
from worker.learning.model_fitter import ModelFitter
from worker.parsing.document import Document, DocumentPage
from worker.parsing.request import ParseRequest

# The descriptions say nothing: only labels tell these types apart.
RULES = [
    {"type": "tray one", "description": "Papers for the first tray."},
    {"type": "tray two", "description": "Papers for the second tray."},
]
TRAYS = {"invoice": "tray one", "recipe": "tray two"}
HELD_OUT = "en"
"""The texts of this language are never labelled."""


class TextParser:
    """A parser that takes each file for its text."""

    def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
        assert name
        assert request.mode
        return Document("txt", (DocumentPage(0, file.read().decode()),), 1)

    def abort(self) -> None:
        pass

    def close(self) -> None:
        pass


class LearningEnvironment:
    """A pipeline that learns, a client of its project, and what the tests ask of both."""

    def __init__(self, env: PipelineEnvironment, engine: Engine, api: Api) -> None:
        self.env = env
        self.database = env.tenants.database
        self.api = api
        reader = env.reader(TextParser())
        self.reader = reader
        self.fitter = ModelFitter(self.database, reader, engine)
        env.pipeline = replace(
            env.pipeline,
            reader=reader,
            learned=LearnedModelLoader(self.database, engine.version),
            fitter=self.fitter,
        )

    def client(self, scope: Scope | None = None) -> TestClient:
        return self.api.client(self.api.key(scope or self.env.tenants.first))

    def classify(
        self, text: str, client: TestClient, scope: Scope | None = None, **asked: object
    ) -> dict[str, Any]:
        """Run a job of a new file with this text; return its result."""
        file_id = self.env.file(text, scope)
        return self.classify_file(str(file_id), client, **asked)

    def classify_file(self, file_id: str, client: TestClient, **asked: object) -> dict[str, Any]:
        body = {"file_ids": [file_id], "rules": RULES, **asked}
        answer = client.post(JOBS, json=body)
        assert answer.status_code == 200, answer.text
        self.run()
        job_id = answer.json()["id"]
        (item,) = client.get(f"{JOBS}/{job_id}/results").json()["items"]
        return {**item, "job_id": job_id}

    def run(self) -> None:
        """Process all that is queued, fits too."""
        while self.env.pipeline.run_next("w", on_claim=lambda _: None):
            pass

    def label_texts(self, client: TestClient, scope: Scope | None = None) -> list[dict[str, Any]]:
        """Classify all texts that are not in English, then label them, for one fit."""
        trays = {
            text: TRAYS[type_]
            for (type_, language), text in sorted(TEXTS.items())
            if type_ in TRAYS and language != HELD_OUT
        }
        items = [self.classify(text, client, scope) for text in trays]
        for item, tray in zip(items, trays.values(), strict=True):
            self.label(client, item, tray)
        self.run()
        return items

    def label(self, client: TestClient, item: dict[str, Any], type_: str | None) -> None:
        path = f"{JOBS}/{item['job_id']}/results/{item['id']}/label"
        assert client.put(path, json={"type": type_}).status_code == 200

    def unlabel(self, client: TestClient, items: list[dict[str, Any]]) -> None:
        for item in items:
            path = f"{JOBS}/{item['job_id']}/results/{item['id']}/label"
            assert client.delete(path).status_code == 204
        self.run()

    def models(self) -> list[LearnedModel]:
        with self.database.read() as session:
            return list(session.scalars(select(LearnedModel).order_by(LearnedModel.id)))

    def version(self, item: dict[str, Any]) -> str | None:
        with self.database.read() as session:
            return session.get_one(Result, UUID(item["id"])).engine_version

    def events(self) -> list[str]:
        with self.database.read() as session:
            query = select(AuditEvent.action).where(AuditEvent.action.startswith("learning."))
            return list(session.scalars(query.order_by(AuditEvent.id)))
