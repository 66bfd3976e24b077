"""Deliveries that fail, are lost, are deleted, and hold secrets, on both databases."""

import json
import logging
import threading
import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.db import Database
from app.jobs import service as jobs
from app.jobs.values import ApiVersion
from app.secrets import Secrets
from app.webhooks import outbox, service
from app.webhooks.models import WebhookAttempt, WebhookDelivery
from app.webhooks.policy import Address, AddressPolicy
from tests.integration.worker.runtime.webhook_delivery.environment import TLS, WebhookEnvironment
from worker.runtime.webhook_delivery.client import WebhookClient
from worker.runtime.webhook_delivery.deliverer import Deliverer
from worker.runtime.webhook_delivery.pinned_network import resolve_name
from worker.runtime.webhook_delivery.threads import DeliveryThreads

SECRET = "a-signing-secret-nobody-may-see"


class TestRetries:
    def test_a_failed_delivery_is_retried_with_the_same_id(self, env: WebhookEnvironment) -> None:
        job_id = env.job(env.webhook("/h?status=500&times=1"))
        env.end(job_id)

        assert env.deliver_all() == 2

        view = env.only(job_id)
        assert view.status == "delivered"
        assert [(one.status_code, one.error) for one in view.attempts] == [
            (500, "the receiver answered 500"),
            (200, None),
        ]
        assert {one.event()["event_id"] for one in env.receiver.received} == {str(view.id)}

    def test_a_delivery_fails_after_its_last_retry(self, env: WebhookEnvironment) -> None:
        job_id = env.job(env.webhook("/h?status=404"))
        env.end(job_id)

        assert env.deliver_all(env.deliverer(waits=(0, 0, 0))) == 4

        view = env.only(job_id)
        assert (view.status, view.next_attempt_at, len(view.attempts)) == ("failed", None, 4)

    def test_a_retry_is_due_after_its_wait(self, env: WebhookEnvironment) -> None:
        job_id = env.job(env.webhook("/h?status=500"))
        env.end(job_id)

        assert env.deliver_all(env.deliverer(waits=(100,))) == 1

        view = env.only(job_id)
        assert view.status == "waiting"
        assert view.next_attempt_at is not None
        wait = view.next_attempt_at - view.attempts[0].started_at
        assert timedelta(seconds=100) <= wait <= timedelta(seconds=160)
        (told,) = env.waits
        assert timedelta(seconds=100) <= told <= timedelta(seconds=150)

    def test_retry_after_is_obeyed(self, env: WebhookEnvironment) -> None:
        env.end(env.job(env.webhook("/h?status=503&header=Retry-After:500")))

        assert env.deliver_all() == 1
        assert env.waits == [timedelta(seconds=500)]

    def test_410_is_the_end(self, env: WebhookEnvironment) -> None:
        job_id = env.job(env.webhook("/h?status=410"))
        env.end(job_id)

        assert env.deliver_all() == 1
        assert env.only(job_id).status == "failed"

    @pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
    def test_every_2xx_is_success(self, env: WebhookEnvironment, status: int) -> None:
        job_id = env.job(env.webhook(f"/h?status={status}&body="))
        env.end(job_id)

        assert env.deliver_all() == 1
        assert env.only(job_id).status == "delivered"


class TestLeases:
    def test_a_lost_attempt_is_repeated_and_shown(self, env: WebhookEnvironment) -> None:
        job_id = env.job(env.webhook())
        env.end(job_id)
        claim = outbox.claim_next(env.database, timedelta(seconds=-1))
        assert claim is not None

        assert env.deliver_all() == 1

        view = env.only(job_id)
        assert view.status == "delivered"
        assert [one.error for one in view.attempts] == [service.LOST, None]

    def test_a_claimed_delivery_cannot_be_claimed_again_and_shows_as_sending(
        self, env: WebhookEnvironment
    ) -> None:
        job_id = env.job(env.webhook())
        env.end(job_id)
        assert outbox.claim_next(env.database, timedelta(minutes=1)) is not None

        assert outbox.claim_next(env.database, timedelta(minutes=1)) is None
        view = env.only(job_id)
        assert (view.status, view.next_attempt_at) == ("sending", None)
        assert [(one.error, one.milliseconds) for one in view.attempts] == [(None, None)]

        outbox.requeue_all(env.database)
        assert env.deliver_all() == 1

    def test_an_attempt_without_its_lease_is_recorded_and_changes_nothing(
        self, env: WebhookEnvironment
    ) -> None:
        job_id = env.job(env.webhook())
        env.end(job_id)
        late = outbox.claim_next(env.database, timedelta(seconds=-1))
        assert late is not None
        env.deliver_all()

        outbox.record(env.database, late, outbox.Attempt(5, error="too late"), None)

        view = env.only(job_id)
        assert view.status == "delivered"
        assert [one.error for one in view.attempts] == ["too late", None]

    def test_concurrent_threads_deliver_each_event_once(self, env: WebhookEnvironment) -> None:
        for number in range(10):
            env.end(env.job(env.webhook(f"/{number}", ["parse.pending", "parse.success"])))
        deliverer = env.deliverer()

        threads = [threading.Thread(target=env.deliver_all, args=(deliverer,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        # A thread may have looked just when others held all of one URL that it may hold.
        env.deliver_all(deliverer)
        ids = [one.event()["event_id"] for one in env.receiver.received]
        assert (len(ids), len(set(ids))) == (20, 20)

    def test_a_receiver_that_does_not_answer_leaves_room_for_others(
        self, env: WebhookEnvironment
    ) -> None:
        for _ in range(outbox.MAX_PER_URL + 3):
            env.job(env.webhook("/slow", ["parse.pending"]))
        env.job(env.webhook("/quick", ["parse.pending"]))

        claims = []
        while claim := outbox.claim_next(env.database, timedelta(minutes=1)):
            claims.append(claim)

        urls = [claim.url.decrypt(env.tenants.secrets) for claim in claims]
        assert urls.count(env.receiver.url("/slow")) == outbox.MAX_PER_URL
        assert urls.count(env.receiver.url("/quick")) == 1

    def test_threads_deliver_what_is_due_and_stop(self, env: WebhookEnvironment) -> None:
        threads = DeliveryThreads(env.deliverer(), 3, drain_seconds=5)
        job_id = env.job(env.webhook("/h?status=500&times=1", ["parse.pending"]))
        outbox.claim_next(env.database, timedelta(hours=1))  # as one who was killed left it

        threads.start()
        try:
            env.receiver.wait_for(lambda receiver: len(receiver.received) == 2)
            env.job(env.webhook("/other", ["parse.pending"]))
            threads.notify()
            env.receiver.wait_for(lambda receiver: receiver.at("/other"))
        finally:
            threads.stop()
        assert env.only(job_id).status == "delivered"
        assert not [t for t in threading.enumerate() if t.name.startswith("webhooks-")]


class TestSecrets:
    def test_secrets_are_not_readable_in_the_database_or_in_the_log(
        self, env: WebhookEnvironment, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        token = "a-token-nobody-may-see"
        path = f"/{token}?status=500&times=1"
        env.end(env.job(env.webhook(path, headers={"Authorization": token}, secret=SECRET)))
        env.deliver_all()

        assert len(env.receiver.received) == 2
        assert token not in caplog.text
        assert SECRET not in caplog.text
        assert "webhook delivery failed; retrying" in caplog.text
        assert "webhook delivered" in caplog.text
        with env.database.read() as session:
            rows = [
                str(tuple(row))
                for table in ("webhook_deliveries", "webhook_attempts")
                for row in session.execute(text(f"SELECT * FROM {table}"))
            ]
            stored = session.execute(
                text("SELECT headers_encrypted, secret_encrypted FROM webhook_configurations")
            ).one()
        assert len(rows) == 3
        assert not any(token in row or SECRET in row for row in [*rows, str(tuple(stored))])

    def test_another_secret_key_is_reported(self, env: WebhookEnvironment) -> None:
        lost = env.job(env.webhook(secret=SECRET))
        env.end(lost)
        other_deliverer = Deliverer(
            env.database,
            Secrets("another secret key altogether"),
            WebhookClient(AddressPolicy(), tls=TLS),
            (0,),
        )

        assert env.deliver_all(other_deliverer) == 1

        view = env.only(lost)
        assert view.status == "failed"
        assert view.attempts[0].error == (
            "its URL, headers and secret were encrypted with another secret key"
        )

    def test_an_unexpected_error_is_logged_and_retried(
        self, env: WebhookEnvironment, caplog: pytest.LogCaptureFixture
    ) -> None:
        def resolve(_: str, __: int) -> Sequence[Address]:
            return [None]  # type: ignore[list-item]

        job_id = env.job(env.webhook())
        env.end(job_id)

        env.deliver_all(env.deliverer(resolve=resolve, waits=(0,)))

        assert len(env.only(job_id).attempts) == 2
        assert "unexpected error in a webhook delivery" in caplog.text


def test_an_invalid_host_name_raises() -> None:
    with pytest.raises(ValueError, match="label"):
        resolve_name("a" * 70, 80)


def test_deleting_a_job_deletes_its_deliveries(env: WebhookEnvironment) -> None:
    job_id = env.job(env.webhook("/h?status=500"))
    env.end(job_id)
    env.deliver_all(env.deliverer(waits=(100,)))
    held = env.job(env.webhook())
    env.end(held)
    claim = outbox.claim_next(env.database, timedelta(minutes=1))
    assert claim is not None

    for doomed in (job_id, held):
        with env.database.write() as session:
            jobs.remove(session, env.tenants.first, doomed, ApiVersion.V1)
    outbox.record(env.database, claim, outbox.Attempt(1), None)

    with env.database.read() as session:
        assert session.query(WebhookDelivery).count() == 0
        assert session.query(WebhookAttempt).count() == 0
    assert env.deliver_all() == 0


def test_a_job_deleted_between_claim_and_attempt_is_not_delivered(
    env: WebhookEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = env.job(env.webhook(payload="results"))
    env.end(job_id)
    claim_next = outbox.claim_next

    def claim_then_delete(database: Database, lease: timedelta) -> outbox.ClaimedDelivery | None:
        claim = claim_next(database, lease)
        with database.write() as session:
            jobs.discard(session, job_id, actor="server")
        return claim

    monkeypatch.setattr(outbox, "claim_next", claim_then_delete)
    assert env.deliverer().deliver_next()

    assert env.receiver.received == []


def test_the_largest_payload_is_sent_whole(env: WebhookEnvironment) -> None:
    job_id = env.job(env.webhook(events=["parse.cancelled"], payload="results"), files=500)
    env.end(job_id, "cancelled")
    began = time.monotonic()

    env.deliver_all()

    body = json.loads(env.receiver.received[0].body)
    assert len(body["data"]["files"]) == 500
    assert {one["error"] for one in body["data"]["files"]} == {"cancelled"}
    assert time.monotonic() - began < 120
