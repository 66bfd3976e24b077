"""Deliveries to a bad receiver by processes that are killed: what arrives, and how often."""

import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from uuid import uuid4

from sqlalchemy import func, select

from app import schema
from app.db import Database
from app.files import service as files
from app.files.blobs.protocol import Blob
from app.files.service import NewFile
from app.jobs import service as jobs
from app.jobs.pages import PageSelection
from app.jobs.service import NewJob
from app.jobs.values import ApiVersion, Rule
from app.projects.models import Organization, Project
from app.projects.scope import Principal, Scope
from app.secrets import Secrets
from app.webhooks.models import WebhookAttempt, WebhookDelivery
from app.webhooks.service import NewWebhook
from app.webhooks.signing import InvalidSignature, verify
from benchmarks.server.webhooks_dispatcher import LIMITS
from devtools.postgres import PostgresServer

SECRET_KEY = "the benchmark's own secret key, long enough"
SIGNING_SECRET = "whsec_c2l4dGVlbiBieXRlcyBhbmQgbW9yZQ=="
URLS = 3
FAILS, STALLS = 0.2, 0.1
MAX_SECONDS = 300.0


@dataclass(slots=True)
class Outcome:
    """The result of one run."""

    deliveries: int
    requests: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    bad_signatures: int = 0
    foreign_ids: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether each delivery arrived under its own id, and nothing else did."""
        return (
            len(self.accepted) == self.deliveries == self.statuses["delivered"]
            and not self.bad_signatures
            and not self.foreign_ids
        )


class BadReceiver(ThreadingHTTPServer):
    """Fails, stalls or accepts by chance; one that stalls has taken the event all the same."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.choose = random.Random(seed)
        self.lock = threading.Lock()
        self.requests = 0
        self.accepted: Counter[str] = Counter()
        self.bad_signatures = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Do not log senders that were killed."""

    def take(self, headers: dict[str, str], body: bytes) -> str:
        """Check a request and return how to answer it: accept, fail or stall."""
        with self.lock:
            self.requests += 1
            try:
                verify(SIGNING_SECRET, headers, body, at=time.time(), tolerance=60)
            except InvalidSignature:
                self.bad_signatures += 1
                return "fail"
            chance = self.choose.random()
            if chance < FAILS:
                return "fail"
            self.accepted[headers["webhook-id"]] += 1
            return "stall" if chance < FAILS + STALLS else "accept"


class _Handler(BaseHTTPRequestHandler):
    server: BadReceiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        does = self.server.take(headers, body)
        if does == "stall":
            time.sleep(2 * LIMITS.answer_seconds)
            return
        self.send_response(500 if does == "fail" else 204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Dispatchers:
    """Two processes that deliver; one of them is killed now and then, and replaced."""

    def __init__(self, url: str) -> None:
        self._command = [
            sys.executable,
            "-m",
            "benchmarks.server.webhooks_dispatcher",
            url,
            SECRET_KEY,
        ]
        self._running = [self._start(), self._start()]

    def kill_one(self, number: int) -> None:
        """SIGKILL one and start another in its place."""
        place = number % len(self._running)
        self._running[place].kill()
        self._running[place].wait()
        self._running[place] = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command)

    def close(self) -> None:
        """End both."""
        for process in self._running:
            process.kill()
            process.wait()


def run_chaos(kind: str, count: int, kills: int) -> Outcome:
    """Deliver `count` webhooks from a database of a kind, with `kills` SIGKILLs meanwhile."""
    with _database_url(kind) as url, closing(Database(url)) as database, BadReceiver(1) as receiver:
        schema.migrate(database)
        ids = _create_deliveries(database, receiver.server_address[1], count)
        outcome = Outcome(count)
        began = time.monotonic()
        with closing(Dispatchers(url)) as dispatchers:
            while _count_open(database) and time.monotonic() - began < MAX_SECONDS:
                time.sleep(0.1)
                # Spread over the deliveries, so that each kill hits some in the middle.
                done = count - _count_open(database)
                if outcome.kills < kills and done > (outcome.kills + 1) * count / (kills + 2):
                    dispatchers.kill_one(outcome.kills)
                    outcome.kills += 1
            outcome.seconds = time.monotonic() - began
        outcome.requests = receiver.requests
        outcome.accepted = Counter(receiver.accepted)
        outcome.bad_signatures = receiver.bad_signatures
        outcome.foreign_ids = len(set(receiver.accepted) - ids)
        with database.read() as session:
            outcome.statuses = Counter(session.scalars(select(WebhookDelivery.status)))
            outcome.attempts = session.scalar(select(func.count(WebhookAttempt.id))) or 0
    return outcome


@contextmanager
def _database_url(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="pigeonhole-") as folder:
            yield f"sqlite:///{Path(folder) / 'pigeonhole.db'}"
        return
    server = PostgresServer()
    server.start()
    try:
        yield server.fresh_database().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.stop()


def _create_deliveries(database: Database, port: int, count: int) -> set[str]:
    """Create jobs with webhooks for their creation; return the ids of the deliveries."""
    scope = _create_project(database)
    secrets = Secrets(SECRET_KEY)
    with database.write() as session:
        blob = Blob(f"aa/{uuid4().hex}", size=3, sha256="0" * 64)
        file_id = files.create(session, scope, NewFile("a.txt", "txt"), blob).id
    for number in range(count):
        webhook = NewWebhook(
            url=f"http://127.0.0.1:{port}/{number % URLS}",
            events=("parse.pending",),
            headers=None,
            output_format="json",
            signing_secret=SIGNING_SECRET,
            loopback_allowed=True,
        )
        new = NewJob(
            file_ids=(file_id,),
            rules=(Rule("a", "b"),),
            mode="FAST",
            lang="en",
            pages=PageSelection(),
            api_version=ApiVersion.V1,
            deadline=timedelta(days=1),
            webhooks=(webhook,),
        )
        with database.write() as session:
            jobs.create(session, scope, secrets, new)
    with database.read() as session:
        return {str(id_) for id_ in session.scalars(select(WebhookDelivery.id))}


def _create_project(database: Database) -> Scope:
    organization, project = uuid4(), uuid4()
    with database.write() as session:
        session.add(Organization(id=organization, name="Benchmark"))
        session.flush()
        session.add(
            Project(id=project, organization_id=organization, name="Benchmark", is_default=True)
        )
    principal = Principal(uuid4(), organization, project, True, False, None)
    return Scope(principal, project, is_explicit=False)


def _count_open(database: Database) -> int:
    with database.read() as session:
        query = select(func.count()).where(WebhookDelivery.status == "waiting")
        return session.scalar(query) or 0
