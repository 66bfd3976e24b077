"""The real application in this process, for what needs no other process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.api.dependencies import Services
from app.broker import LocalNotifier
from app.db import Database
from app.files.blobs.local import LocalBlobStore
from app.jobs.service import ITEMS
from app.main import create_app
from app.projects.keys import KeyTerms, add_key, generate_key
from app.projects.models import KeyOrigin, Project
from app.projects.scope import Scope
from app.secrets import Secrets
from app.settings import Settings
from devtools.tenant_data import TenantData

SECRET = "a secret of the tests, long enough"
RULES = [{"type": "invoice", "description": "A bill with a total to pay."}]
JOBS = "/api/v1/classifier/jobs"
FILES = "/api/v1/beta/files"


_portals: list[BlockingPortal] = []


@contextmanager
def shared_event_loop() -> Iterator[None]:
    """Run one event loop for all clients: a new one takes longer than most requests."""
    with start_blocking_portal() as portal:
        _portals.append(portal)
        try:
            yield
        finally:
            _portals.remove(portal)


def new_client(app: FastAPI, **options: Any) -> TestClient:
    """Return a client on the shared event loop; `options` are those of TestClient."""
    client = TestClient(app, **options)
    client.portal = _portals[-1]
    return client


class Api:
    """The application over a database; `client` gives a client with a key."""

    def __init__(
        self, database: Database, folder: Path, *, embedded: bool = True, **given: object
    ) -> None:
        production = {
            "database_url": "postgresql://db/pigeonhole",
            "broker_url": "redis://broker/0",
            "secret_key": SECRET,
        }
        settings = Settings(data_dir=folder, **({} if embedded else production), **given)  # type: ignore[arg-type]
        self.blobs = LocalBlobStore(folder / "blobs")
        self.folder = folder
        self.secrets = Secrets(SECRET)
        self.database = database
        self.notifier = LocalNotifier()
        database.on_commit(ITEMS, self.notifier.notify)
        self.app = create_app(Services(settings, database, self.blobs, self.secrets, self.notifier))

    def key(
        self,
        scope: Scope,
        *,
        organization_wide: bool = True,
        origin: KeyOrigin = KeyOrigin.COMMAND,
    ) -> str:
        key = generate_key()
        with self.database.write() as session:
            add_key(
                session,
                self.secrets,
                key,
                session.get_one(Project, scope.project_id),
                KeyTerms("test", origin, organization_wide),
            )
        return key

    def client(self, key: str) -> TestClient:
        return new_client(
            self.app,
            headers={"Authorization": f"Bearer {key}"},
            raise_server_exceptions=False,
        )

    def tenant(self, tenants: TenantData, name: str) -> TestClient:
        """Make an organization and a client with its key."""
        return self.client(self.key(tenants.add(name)))


def upload(client: TestClient, name: str = "a.txt", content: bytes = b"INVOICE 1") -> str:
    answer = client.post(FILES, files={"file": (name, content)}, data={"purpose": "classify"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def create_job(client: TestClient, file_id: str, **query: str) -> str:
    answer = client.post(JOBS, json={"file_ids": [file_id], "rules": RULES}, params=query)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])
