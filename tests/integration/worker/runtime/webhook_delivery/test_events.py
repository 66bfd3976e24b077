"""Each change of state of a job, under each spelling, at a real receiver, on both databases."""

import hashlib
import hmac
import json
import time
from uuid import UUID

import pytest
from sqlalchemy import event, select
from standardwebhooks.webhooks import Webhook

from app.jobs import queue
from app.jobs import service as jobs
from app.jobs.values import ApiVersion
from app.webhooks import outbox
from app.webhooks.events import SPELLINGS, JobState
from app.webhooks.models import WebhookDelivery
from devtools.tenant_data import LEASE, VERDICT
from tests.integration.worker.runtime.webhook_delivery.environment import BROKEN, WebhookEnvironment

PLAIN, STANDARD = "just a secret", "whsec_c2l4dGVlbiBieXRlcyBhbmQgbW9yZQ=="
ENDS = ("success", "partial_success", "error", "cancelled")


@pytest.mark.parametrize("state", JobState)
def test_an_event_has_the_requested_name_and_both_signatures(
    env: WebhookEnvironment, state: JobState
) -> None:
    wanted = [(name, secret) for name in SPELLINGS[state] for secret in (PLAIN, STANDARD)]
    hooks = (env.webhook(events=[name], secret=secret) for name, secret in wanted)
    job_id = env.job(*hooks)
    env.end(job_id, state if state in ENDS else "success")
    env.deliver_all()

    for received, (name, secret) in zip(env.receiver.received, wanted, strict=True):
        event = json.loads(received.body)
        headers = {key.lower(): value for key, value in received.headers.items()}
        assert event["event_type"] == headers["x-webhook-event-type"] == name
        assert event["data"] == {"id": str(job_id), "job_id": str(job_id)}
        assert event["event_id"] == headers["x-webhook-event-id"] == headers["webhook-id"]
        assert UUID(event["event_id"])
        assert abs(event["timestamp"] - time.time()) < 60
        assert headers["content-type"] == "application/json"
        assert headers["user-agent"].startswith("pigeonhole-webhooks/")
        digest = hmac.new(secret.encode(), received.body, hashlib.sha256).hexdigest()
        assert headers["lc-signature"] == f"sha256={digest}"
        key = secret if secret == STANDARD else secret.encode()
        assert Webhook(key).verify(received.body, headers) == event


@pytest.mark.parametrize("wanted", [None, []])
@pytest.mark.parametrize(
    ("end", "name"),
    list(
        zip(
            ENDS,
            ("parse.success", "parse.partial", "parse.failure", "parse.cancelled"),
            strict=True,
        )
    ),
)
def test_without_a_list_the_final_state_is_sent_once(
    env: WebhookEnvironment, end: str, name: str, wanted: list[str] | None
) -> None:
    job_id = env.job(env.webhook(events=wanted))
    env.end(job_id, end)
    env.deliver_all()

    assert [one.event()["event_type"] for one in env.receiver.received] == [name]
    assert env.only(job_id).status == "delivered"


def test_each_configuration_gets_the_events_it_requests(env: WebhookEnvironment) -> None:
    job_id = env.job(
        env.webhook("/all", [name for names in SPELLINGS.values() for name in names]),
        env.webhook("/default"),
        env.webhook("/both", ["classify.success", "parse.success"]),
        env.webhook("/none", ["string", "parse.Success", "unmapped_event"]),
    )
    env.end(job_id)
    env.deliver_all()

    def names(path: str) -> list[str]:
        return [one.event()["event_type"] for one in env.receiver.at(path)]

    assert names("/all") == ["parse.pending", "parse.running", "parse.success"]
    assert names("/default") == ["parse.success"]
    assert names("/both") == ["classify.success"], "one delivery, as it was spelled first"
    assert names("/none") == []
    assert len({one.event()["event_id"] for one in env.receiver.received}) == 5


def test_running_has_one_delivery_however_many_workers_start(env: WebhookEnvironment) -> None:
    job_id = env.job(env.webhook(events=["classify.running"]), files=3)
    claims = [env.tenants.claim(worker) for worker in ("a", "b", "c")]
    queue.release(env.database, claims[0])
    env.tenants.claim("d")

    assert [view.event_type for view in env.log(job_id)] == ["classify.running"]


def test_a_claim_of_a_job_without_webhooks_costs_no_statement(env: WebhookEnvironment) -> None:
    env.job()
    env.job(env.webhook())
    counts = []
    for _ in range(2):
        statements: list[str] = []

        def note(*arguments: object, into: list[str] = statements) -> None:
            into.append(str(arguments[2]))

        event.listen(env.database.engine, "before_cursor_execute", note)
        queue.claim_next(env.database, "w", LEASE)
        event.remove(env.database.engine, "before_cursor_execute", note)
        counts.append(sum("webhook" in statement for statement in statements))
    assert counts == [0, 0]


def test_formats_of_the_payload(env: WebhookEnvironment) -> None:
    env.end(
        env.job(
            env.webhook("/string", output_format="string"),
            env.webhook("/json", output_format="json"),
        )
    )
    env.deliver_all()

    as_string = json.loads(env.receiver.at("/string")[0].body)
    assert isinstance(as_string, str)
    assert set(json.loads(as_string)) == {"event_id", "event_type", "timestamp", "data"}
    assert isinstance(json.loads(env.receiver.at("/json")[0].body), dict)


def test_the_results_payload_has_status_counts_and_verdicts(env: WebhookEnvironment) -> None:
    events = ["classify.pending", "classify.partial_success"]
    job_id = env.job(env.webhook(events=events, payload="results"))
    env.deliver_all()
    env.end(job_id, "partial_success")
    env.deliver_all()

    pending, ended = (one.event()["data"] for one in env.receiver.received)
    ids = {"id": str(job_id), "job_id": str(job_id)}
    assert pending == {**ids, "status": "PENDING", "file_count": 2}
    (good, bad) = ended.pop("files")
    assert ended == {**ids, "status": "PARTIAL_SUCCESS", "file_count": 2, "failed_count": 1}
    assert (good["type"], good["confidence"], good["error"]) == (
        VERDICT.verdict.type,
        VERDICT.verdict.confidence,
        None,
    )
    assert (bad["type"], bad["confidence"], bad["error"]) == (None, None, BROKEN.code)


def test_the_body_is_the_same_at_each_attempt_and_the_signature_is_new(
    env: WebhookEnvironment,
) -> None:
    env.end(env.job(env.webhook("/h?status=503&times=2", secret=PLAIN, payload="results")))

    assert env.deliver_all() == 3

    bodies = {one.body for one in env.receiver.received}
    assert len(bodies) == 1
    for one in env.receiver.received:
        headers = {key.lower(): value for key, value in one.headers.items()}
        Webhook(PLAIN.encode()).verify(one.body, headers)


def test_a_change_that_is_rolled_back_creates_no_delivery(env: WebhookEnvironment) -> None:
    job_id = env.job(env.webhook())

    def cancel_and_fail() -> None:
        with env.database.write() as session:
            jobs.cancel(session, env.tenants.first, job_id, ApiVersion.V1)
            assert session.scalars(select(WebhookDelivery.state)).all() == [JobState.CANCELLED]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cancel_and_fail()

    assert env.log(job_id) == []
    assert env.tenants.read_job(job_id).status == "PENDING"


def test_deliveries_are_announced_after_the_commit(env: WebhookEnvironment) -> None:
    told: list[int] = []

    def look(count: int) -> None:
        assert outbox.count_due(env.database, 10) == count
        told.append(count)

    env.database.on_commit("deliveries", look)
    env.job(env.webhook(events=["parse.pending"]), env.webhook(events=["classify.pending"]))
    env.job(env.webhook())

    assert told == [2]
