"""Webhooks of the real program in both modes, sent to a receiver over real sockets."""

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psutil
import pytest
from standardwebhooks.webhooks import Webhook

from app.webhooks.events import SPELLINGS, JobState
from devtools.client import Client
from devtools.receiver import Receiver
from devtools.server import RunningServer
from devtools.waiting import until
from worker.runtime.webhook_delivery.pinned_network import Limits

INVOICE = "INVOICE 7\nTotal to pay: 12.00 by bank transfer"
BROKEN = b"%PDF-1.7 and nothing else"
SECRET = "whsec_c2l4dGVlbiBieXRlcyBhbmQgbW9yZQ=="
EVERY_NAME = [name for names in SPELLINGS.values() for name in names]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def deliveries(client: Client, job_id: str) -> list[dict[str, Any]]:
    answer = client.http.get(f"/api/v1/classifier/jobs/{job_id}/webhooks")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def is_over(client: Client, job_id: str, count: int = 1) -> bool:
    found = deliveries(client, job_id)
    ended = [one for one in found if one["status"] in ("delivered", "failed")]
    return len(ended) == len(found) >= count


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ((INVOICE, INVOICE), JobState.SUCCESS),
        ((INVOICE, BROKEN), JobState.PARTIAL_SUCCESS),
        ((BROKEN, BROKEN), JobState.ERROR),
    ],
)
def test_each_event_of_a_job_is_delivered(
    client: Client, receiver: Receiver, files: tuple[str | bytes, ...], state: JobState
) -> None:
    names = [*SPELLINGS[JobState.PENDING], *SPELLINGS[JobState.RUNNING], *SPELLINGS[state]]
    job_id = client.create_job(
        [client.upload(content, f"{n}") for n, content in enumerate(files)],
        webhook_configurations=[
            {
                "webhook_url": receiver.url(f"/{name}"),
                "webhook_events": [name],
                "webhook_signing_secret": SECRET,
            }
            for name in EVERY_NAME
        ],
    )
    until(lambda: is_over(client, job_id, len(names)), "every delivery")

    assert client.job(job_id)["status"] == state.upper()
    assert sorted(one.event()["event_type"] for one in receiver.received) == sorted(names)
    for received in receiver.received:
        headers = {key.lower(): value for key, value in received.headers.items()}
        Webhook(SECRET).verify(received.body, headers)
        assert received.event()["data"] == {"id": job_id, "job_id": job_id}
        assert received.path == f"/{received.event()['event_type']}"


def test_the_cancelled_event_is_delivered(client: Client, receiver: Receiver) -> None:
    hook = {"webhook_url": receiver.url("/hook"), "webhook_output_format": "json"}
    job_id = client.create_job([client.upload(INVOICE)] * 60, webhook_configurations=[hook])
    answer = client.http.post(f"/api/v1/classifier/jobs/{job_id}/cancel")
    assert answer.status_code == 200, answer.text

    receiver.wait_for(lambda it: it.received)

    assert [one.event()["event_type"] for one in receiver.received] == ["parse.cancelled"]


def test_a_failure_is_retried_logged_and_can_be_sent_again(
    client: Client, receiver: Receiver
) -> None:
    hooks = [
        {
            "webhook_url": receiver.url("/flaky?status=500&times=2"),
            "webhook_headers": {"Authorization": "Bearer x", "Host": "elsewhere", "X-Count": 3},
            "webhook_payload": "results",
        },
        {"webhook_url": receiver.url("/never?status=500"), "webhook_events": ["string"]},
    ]
    job_id = client.create_job([client.upload(INVOICE)], webhook_configurations=hooks)
    until(lambda: is_over(client, job_id), "the delivery")

    log = client.http.get(f"/api/v1/classifier/jobs/{job_id}/webhooks").json()
    (delivery,) = log["items"]
    assert [one["status_code"] for one in delivery["attempts"]] == [500, 500, 200]
    assert {one["note"] for one in delivery["attempts"]} == {
        "custom headers left out: Host (set by the server)"
    }
    assert [one["unknown_events"] for one in log["configurations"]] == [[], ["string"]]
    assert {one["origin"] for one in log["configurations"]} == {receiver.url("")}
    assert "Bearer" not in str(log)
    assert {one.headers["X-Count"] for one in receiver.received} == {"3"}
    (verdict,) = receiver.received[-1].event()["data"]["files"]
    assert verdict["type"] == "invoice"

    path = f"/api/v1/classifier/jobs/{job_id}/webhooks/{delivery['id']}/redeliver"
    answer = client.http.post(path)
    assert (answer.status_code, answer.json()["id"]) == (200, delivery["id"])
    receiver.wait_for(lambda it: len(it.received) == 4)
    assert {one.event()["event_id"] for one in receiver.received} == {delivery["id"]}


def test_an_unreachable_webhook_fails_with_a_reason_and_the_job_succeeds(client: Client) -> None:
    hooks = [{"webhook_url": "https:"}, {"webhook_url": "http://receiver.invalid/hook"}]
    job_id = client.create_job([client.upload(INVOICE)], webhook_configurations=hooks)
    assert client.wait(job_id)["status"] == "SUCCESS"
    until(lambda: is_over(client, job_id, 2), "the deliveries' end")

    nowhere, unknown = deliveries(client, job_id)
    assert [one["error"] for one in nowhere["attempts"]] == ["the webhook_url names no host"]
    assert len(unknown["attempts"]) == 4
    for attempt in unknown["attempts"]:
        assert attempt["error"].startswith("the host's name cannot be resolved")


def test_a_receiver_that_hangs_does_not_delay_files(client: Client, receiver: Receiver) -> None:
    file_id = client.upload(INVOICE)
    hook = {"webhook_url": receiver.url("/?do=hang"), "webhook_events": ["parse.pending"]}
    began = time.monotonic()
    jobs = [client.create_job([file_id], webhook_configurations=[hook] * 8) for _ in range(10)]
    receiver.wait_for(lambda it: it.received)

    job_id = client.create_job([file_id])

    # Eighty tries, four at a time and ten seconds each, would take longer than this waits.
    assert client.wait(job_id)["status"] == "SUCCESS"
    came = len(receiver.received)
    rounds = 1 + (time.monotonic() - began) // Limits().answer_seconds
    assert came <= 4 * rounds, "four hang at a time"
    assert not all(is_over(client, each, 8) for each in jobs), "they hang still"


def test_the_process_that_delivers_is_started_again(
    server: RunningServer, receiver: Receiver
) -> None:
    """In production a separate process delivers; in the embedded server threads do."""
    first, second = (
        {"webhook_url": receiver.url(path), "webhook_events": ["parse.pending"]}
        for path in ("/first", "/second")
    )
    with closing(Client(server)) as client:
        file_id = client.upload(INVOICE)
        client.create_job([file_id], webhook_configurations=[first])
        receiver.wait_for(lambda it: it.at("/first"))
        doomed = delivering_processes(server)
        assert len(doomed) == (0 if server.mode == "embedded" else 1)
        for process in doomed:
            process.kill()
        # A process that was killed before it noted its delivery leaves that to be repeated.
        client.create_job([file_id], webhook_configurations=[second])
        receiver.wait_for(lambda it: it.at("/second"))


def delivering_processes(server: RunningServer) -> list[psutil.Process]:
    if server.worker is None:
        return []
    children = psutil.Process(server.worker.pid).children()
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]
