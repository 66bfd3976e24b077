"""Tenants whose jobs have webhooks, and a deliverer that sends them to a receiver."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import httpcore2

from app.db import Database
from app.errors import FileErrorCode
from app.jobs import queue
from app.jobs import service as jobs
from app.jobs.completion import Classified
from app.jobs.pages import PageSelection
from app.jobs.service import NewJob
from app.jobs.values import ApiVersion, FileFailure
from app.projects.scope import Scope
from app.webhooks import service
from app.webhooks.policy import AddressPolicy
from app.webhooks.service import DeliveryView, NewWebhook
from devtools.receiver import Receiver
from devtools.tenant_data import DAY, RULES, VERDICT, TenantData
from worker.runtime.webhook_delivery.client import WebhookClient
from worker.runtime.webhook_delivery.deliverer import Deliverer
from worker.runtime.webhook_delivery.pinned_network import Limits

PATIENT = Limits()
IMPATIENT = Limits(answer_seconds=0.4)
# Reading the system's certificates takes a while: once is enough.
TLS = httpcore2.default_ssl_context()
BROKEN = FileFailure(FileErrorCode.CORRUPT, "the file is damaged")

# What a job of two files must see to end so.
OUTCOMES: dict[str, tuple[Classified | FileFailure, Classified | FileFailure]] = {
    "success": (VERDICT, VERDICT),
    "partial_success": (VERDICT, BROKEN),
    "error": (BROKEN, BROKEN),
}


class WebhookEnvironment:
    """Makes jobs with webhooks, ends them, and delivers."""

    def __init__(self, database: Database, receiver: Receiver) -> None:
        self.tenants = TenantData(database)
        self.database = database
        self.receiver = receiver
        self.waits: list[timedelta] = []

    def webhook(
        self,
        path: str = "/hook",
        events: Sequence[str] | None = None,
        *,
        url: str | None = "",
        headers: dict[str, str] | None = None,
        output_format: str = "json",
        secret: str | None = None,
        payload: str = "ids",
        loopback: bool = True,
    ) -> NewWebhook:
        return NewWebhook(
            url=self.receiver.url(path) if url == "" else url,
            events=None if events is None else tuple(events),
            headers=headers,
            output_format=output_format,
            signing_secret=secret,
            payload=payload,
            loopback_allowed=loopback,
        )

    def job(self, *webhooks: NewWebhook, files: int = 2, scope: Scope | None = None) -> UUID:
        scope = scope or self.tenants.first
        file_ids = (self.tenants.file(scope=scope),) * files
        new = NewJob(
            file_ids=file_ids,
            rules=RULES,
            mode="FAST",
            lang="en",
            pages=PageSelection(),
            api_version=ApiVersion.V1,
            deadline=DAY,
            webhooks=webhooks,
        )
        with self.database.write() as session:
            return jobs.create(session, scope, self.tenants.secrets, new).id

    def end(self, job_id: UUID, how: str = "success") -> None:
        """Let a job of two files become what it is to become."""
        if how == "cancelled":
            self.tenants.claim()
            with self.database.write() as session:
                jobs.cancel(session, self.tenants.first, job_id, ApiVersion.V1)
            return
        for outcome in OUTCOMES[how]:
            claim = self.tenants.claim()
            assert claim.job_id == job_id
            assert queue.finish(self.database, claim, outcome)

    def deliverer(
        self,
        policy: AddressPolicy | None = None,
        limits: Limits = PATIENT,
        waits: Sequence[float] = (0, 0),
        **parts: object,
    ) -> Deliverer:
        client = WebhookClient(policy or AddressPolicy(), limits, tls=TLS, **parts)  # type: ignore[arg-type]
        return Deliverer(
            self.database, self.tenants.secrets, client, waits, on_retry=self.waits.append
        )

    def deliver_all(self, deliverer: Deliverer | None = None) -> int:
        """Deliver until nothing is due; return how many tries that took."""
        deliverer = deliverer or self.deliverer()
        tries = 0
        while deliverer.deliver_next():
            tries += 1
        return tries

    def log(self, job_id: UUID) -> Sequence[DeliveryView]:
        with self.database.read() as session:
            return service.list_deliveries(session, job_id)

    def only(self, job_id: UUID) -> DeliveryView:
        (delivery,) = self.log(job_id)
        return delivery
