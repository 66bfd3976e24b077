"""Deliveries that fail, hang, lie, and go where they must not, on both databases."""

import json
import logging
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address

import pytest
from sqlalchemy import text

from app.jobs import service as jobs
from app.secrets import Secrets
from app.webhooks import outbox, service
from app.webhooks.models import WebhookAttempt, WebhookDelivery
from app.webhooks.policy import Address, AddressPolicy, parse_networks
from tests.integration.webhooks.office import IMPATIENT, TLS, Office
from tests.support.ports import free_port
from tests.support.receiver import Receiver
from worker.webhooks.deliver import Limits, Sender, resolve_name
from worker.webhooks.deliverer import Deliverer
from worker.webhooks.threads import DeliveryThreads

SECRET = "a-signing-secret-nobody-may-see"
LOOPBACK = ip_address("127.0.0.1")
# What happens on the wire has nothing to do with the database.
ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class TestRetries:
    def test_a_failure_is_tried_again_with_the_same_id(self, office: Office) -> None:
        job_id = office.job(office.webhook("/h?status=500&times=1"))
        office.end(job_id)

        assert office.deliver_all() == 2

        view = office.only(job_id)
        assert view.status == "delivered"
        assert [(one.status_code, one.error) for one in view.attempts] == [
            (500, "the receiver answered 500"),
            (200, None),
        ]
        assert {one.event()["event_id"] for one in office.receiver.received} == {str(view.id)}

    def test_when_no_wait_is_left_it_is_given_up(self, office: Office) -> None:
        job_id = office.job(office.webhook("/h?status=404"))
        office.end(job_id)

        assert office.deliver_all(office.deliverer(waits=(0, 0, 0))) == 4

        view = office.only(job_id)
        assert (view.status, view.next_attempt_at, len(view.attempts)) == ("failed", None, 4)

    def test_the_next_try_comes_when_it_is_due(self, office: Office) -> None:
        job_id = office.job(office.webhook("/h?status=500"))
        office.end(job_id)

        assert office.deliver_all(office.deliverer(waits=(100,))) == 1

        view = office.only(job_id)
        assert view.status == "waiting"
        assert view.next_attempt_at is not None
        wait = view.next_attempt_at - view.attempts[0].started_at
        assert timedelta(seconds=100) <= wait <= timedelta(seconds=160)
        (told,) = office.waits
        assert timedelta(seconds=100) <= told <= timedelta(seconds=150)

    def test_retry_after_is_obeyed(self, office: Office) -> None:
        office.end(office.job(office.webhook("/h?status=503&header=Retry-After:500")))

        assert office.deliver_all() == 1
        assert office.waits == [timedelta(seconds=500)]

    def test_410_is_the_end(self, office: Office) -> None:
        job_id = office.job(office.webhook("/h?status=410"))
        office.end(job_id)

        assert office.deliver_all() == 1
        assert office.only(job_id).status == "failed"

    @pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
    def test_every_2xx_is_success(self, office: Office, status: int) -> None:
        job_id = office.job(office.webhook(f"/h?status={status}&body="))
        office.end(job_id)

        assert office.deliver_all() == 1
        assert office.only(job_id).status == "delivered"


class TestLeases:
    def test_a_lost_try_is_made_again_and_shown(self, office: Office) -> None:
        job_id = office.job(office.webhook())
        office.end(job_id)
        claim = outbox.claim_next(office.database, timedelta(seconds=-1))
        assert claim is not None

        assert office.deliver_all() == 1

        view = office.only(job_id)
        assert view.status == "delivered"
        assert [one.error for one in view.attempts] == [service.LOST, None]

    def test_what_is_claimed_nobody_else_gets_and_the_log_says_so(self, office: Office) -> None:
        job_id = office.job(office.webhook())
        office.end(job_id)
        assert outbox.claim_next(office.database, timedelta(minutes=1)) is not None

        assert outbox.claim_next(office.database, timedelta(minutes=1)) is None
        view = office.only(job_id)
        assert (view.status, view.next_attempt_at) == ("sending", None)
        assert [(one.error, one.milliseconds) for one in view.attempts] == [(None, None)]

        outbox.take_back_all(office.database)
        assert office.deliver_all() == 1

    def test_who_lost_the_lease_changes_nothing_but_tells_what_happened(
        self, office: Office
    ) -> None:
        job_id = office.job(office.webhook())
        office.end(job_id)
        late = outbox.claim_next(office.database, timedelta(seconds=-1))
        assert late is not None
        office.deliver_all()

        outbox.record(office.database, late, outbox.Attempt(5, error="too late"), None)

        view = office.only(job_id)
        assert view.status == "delivered"
        assert [one.error for one in view.attempts] == ["too late", None]

    def test_many_who_deliver_at_once_deliver_each_once(self, office: Office) -> None:
        for number in range(10):
            office.end(office.job(office.webhook(f"/{number}", ["parse.pending", "parse.success"])))
        deliverer = office.deliverer()

        threads = [threading.Thread(target=office.deliver_all, args=(deliverer,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        # A thread may have looked just when others held all of one URL that it may hold.
        office.deliver_all(deliverer)
        ids = [one.event()["event_id"] for one in office.receiver.received]
        assert (len(ids), len(set(ids))) == (20, 20)

    def test_a_receiver_that_hangs_leaves_hands_for_others(self, office: Office) -> None:
        for _ in range(outbox.MOST_PER_URL + 3):
            office.job(office.webhook("/slow", ["parse.pending"]))
        office.job(office.webhook("/quick", ["parse.pending"]))

        claims = []
        while claim := outbox.claim_next(office.database, timedelta(minutes=1)):
            claims.append(claim)

        urls = [claim.url for claim in claims]
        assert urls.count(office.receiver.url("/slow")) == outbox.MOST_PER_URL
        assert urls.count(office.receiver.url("/quick")) == 1

    def test_threads_deliver_what_is_due_and_stop(self, office: Office) -> None:
        threads = DeliveryThreads(office.deliverer(), 3, drain_seconds=5)
        job_id = office.job(office.webhook("/h?status=500&times=1", ["parse.pending"]))
        outbox.claim_next(office.database, timedelta(hours=1))  # as one who was killed left it

        threads.start()
        try:
            office.receiver.wait_for(lambda receiver: len(receiver.received) == 2)
            office.job(office.webhook("/other", ["parse.pending"]))
            threads.notify()
            office.receiver.wait_for(lambda receiver: receiver.at("/other"))
        finally:
            threads.stop()
        assert office.only(job_id).status == "delivered"
        assert not [t for t in threading.enumerate() if t.name.startswith("webhooks-")]


@ONE_DATABASE
class TestReceivers:
    @pytest.mark.parametrize("does", ["hang", "drip"])
    def test_one_that_takes_too_long_is_cut_off(self, office: Office, does: str) -> None:
        job_id = office.job(office.webhook(f"/h?do={does}"))
        office.end(job_id)

        assert office.deliver_all(office.deliverer(limits=IMPATIENT, waits=())) == 1

        (attempt,) = office.only(job_id).attempts
        assert attempt.error == "no answer within 0.4 s"
        assert attempt.milliseconds is not None
        assert 400 <= attempt.milliseconds < 5000

    @pytest.mark.parametrize("does", ["flood", "bomb"])
    def test_an_answer_too_long_is_not_read(self, office: Office, does: str) -> None:
        job_id = office.job(office.webhook(f"/h?do={does}"))
        office.end(job_id)

        office.deliver_all()

        view = office.only(job_id)
        assert view.status == "delivered", "its status is all that matters"
        assert view.attempts[0].excerpt is None

    def test_nobody_there(self, office: Office) -> None:
        job_id = office.job(office.webhook(url=f"http://127.0.0.1:{free_port()}/"))
        office.end(job_id)

        office.deliver_all(office.deliverer(waits=()))

        assert office.only(job_id).attempts[0].error == "no connection: Connection refused"

    def test_tls_is_checked(self, office: Office) -> None:
        url = office.receiver.url().replace("http:", "https:")
        job_id = office.job(office.webhook(url=url))
        office.end(job_id)

        office.deliver_all(office.deliverer(waits=()))

        assert str(office.only(job_id).attempts[0].error).startswith("no connection: ")
        assert office.receiver.received == []

    def test_an_answer_of_a_private_address_is_not_shown(self, office: Office) -> None:
        job_id = office.job(office.webhook("/h?status=500&body=internal+secrets"))
        office.end(job_id)

        office.deliver_all(office.deliverer(waits=()))

        assert office.only(job_id).attempts[0].excerpt is None

    def test_an_answer_of_a_public_address_is_shown_in_part(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # No public receiver is at hand: here loopback counts as one.
        monkeypatch.setattr(
            "worker.webhooks.deliver.is_public", lambda address: address == LOOPBACK
        )
        job_id = office.job(office.webhook(f"/h?status=500&body=no%1b{'x' * 3000}"))
        office.end(job_id)

        office.deliver_all(office.deliverer(waits=()))

        excerpt = office.only(job_id).attempts[0].excerpt
        assert excerpt is not None
        assert excerpt.startswith("no\N{REPLACEMENT CHARACTER}xxx")
        assert len(excerpt) <= 1024

    def test_user_and_password_of_the_url_are_sent(self, office: Office) -> None:
        url = office.receiver.url().replace("http://", "http://us%40er:pa%3Ass@")
        office.end(office.job(office.webhook(url=url)))

        office.deliver_all()

        (received,) = office.receiver.received
        assert received.headers["Authorization"] == "Basic dXNAZXI6cGE6c3M="
        assert received.headers["Host"] == f"127.0.0.1:{office.receiver.port}"

    def test_custom_headers_cannot_change_what_the_request_is(self, office: Office) -> None:
        custom = {
            "X-Mine": "yes",
            "host": "elsewhere",
            "Content-Length": "1",
            "X-Webhook-Event-Type": "forged",
            "user-agent": "me",
            "X-Lines": "a\r\nX-Smuggled: b",
        }
        job_id = office.job(office.webhook(headers=custom))
        office.end(job_id)

        office.deliver_all()

        headers = {k.lower(): v for k, v in office.receiver.received[0].headers.items()}
        assert headers["x-mine"] == "yes"
        assert headers["host"] == f"127.0.0.1:{office.receiver.port}"
        assert headers["x-webhook-event-type"] == "parse.success"
        assert headers["user-agent"].startswith("pigeonhole")
        assert "x-lines" not in headers
        assert "x-smuggled" not in headers
        assert office.only(job_id).attempts[0].note == (
            "custom headers left out: host, Content-Length, X-Webhook-Event-Type, user-agent (set"
            " by the server); X-Lines (a value with line breaks or control characters)"
        )


@ONE_DATABASE
class TestGuard:
    """What the policy refuses is refused for the very connection, and the log says why."""

    @pytest.mark.parametrize(
        "host",
        ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "0"],
    )
    def test_this_machine_in_any_disguise(self, office: Office, host: str) -> None:
        job_id = office.job(office.webhook(url=office.receiver.url(host=host), loopback=False))
        office.end(job_id)

        assert office.deliver_all() == 1

        view = office.only(job_id)
        assert (view.status, len(view.attempts)) == ("failed", 1)
        assert str(view.attempts[0].error).startswith("refused: ")
        assert office.receiver.received == []

    @pytest.mark.parametrize(
        "host", ["169.254.169.254", "[fd00:ec2::254]", "[64:ff9b::a9fe:a9fe]", "[fe80::1]"]
    )
    def test_metadata_whatever_is_allowed(self, office: Office, host: str) -> None:
        everything = AddressPolicy(allowed=parse_networks("0.0.0.0/0,::/0"))
        job_id = office.job(office.webhook(url=f"http://{host}/latest/meta-data"))
        office.end(job_id)

        office.deliver_all(office.deliverer(everything))

        assert "never allowed" in str(office.only(job_id).attempts[0].error)

    def test_one_bad_address_among_good_ones_is_enough(self, office: Office) -> None:
        def resolve(_: str, __: int) -> Sequence[Address]:
            return [ip_address("93.184.215.14"), ip_address("169.254.169.254")]

        job_id = office.job(office.webhook(url="http://receiver.example/"))
        office.end(job_id)

        office.deliver_all(office.deliverer(resolve=resolve))

        assert str(office.only(job_id).attempts[0].error).startswith("refused: 169.254.169.254")

    def test_a_name_that_changes_its_address_between_look_and_connection(
        self, office: Office, receiver: Receiver
    ) -> None:
        """DNS rebinding: good at the first look, ours at the second, which must not be taken."""
        looks: list[str] = []

        def resolve(host: str, _: int) -> Sequence[Address]:
            looks.append(host)
            # 192.0.2.1 is for documentation: nobody answers there.
            return [ip_address("192.0.2.1") if len(looks) == 1 else LOOPBACK]

        job_id = office.job(
            office.webhook(url=receiver.url(host="rebinding.example"), loopback=False)
        )
        office.end(job_id)

        office.deliver_all(office.deliverer(resolve=resolve, waits=(0,)))

        first, second = office.only(job_id).attempts
        assert str(first.error).startswith("no connection")
        assert str(second.error).startswith("refused: 127.0.0.1")
        assert looks == ["rebinding.example"] * 2, "one look for each connection"
        assert receiver.received == []

    def test_the_address_looked_at_is_the_one_connected_to(
        self, office: Office, receiver: Receiver
    ) -> None:
        job_id = office.job(office.webhook(url=receiver.url(host="receiver.example")))
        office.end(job_id)

        office.deliver_all(office.deliverer(resolve=lambda _, __: [LOOPBACK]))

        (received,) = receiver.received
        assert received.headers["Host"] == f"receiver.example:{receiver.port}"
        assert office.only(job_id).status == "delivered"

    def test_a_redirect_is_not_followed(self, office: Office) -> None:
        target = office.receiver.url("/inside")
        job_id = office.job(office.webhook(f"/h?do=redirect&to={target}"))
        office.end(job_id)

        office.deliver_all(office.deliverer(waits=()))

        assert office.receiver.at("/inside") == []
        error = office.only(job_id).attempts[0].error
        assert error == "the receiver answered 307: redirects are not followed"

    def test_a_proxy_of_the_environment_is_not_used(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        job_id = office.job(office.webhook())
        office.end(job_id)

        office.deliver_all()

        assert office.only(job_id).status == "delivered"

    def test_a_private_address_where_only_public_ones_are_allowed(self, office: Office) -> None:
        job_id = office.job(office.webhook(url="http://10.0.0.1/"))
        office.end(job_id)

        office.deliver_all(office.deliverer(AddressPolicy(public_only=True)))

        assert "private address" in str(office.only(job_id).attempts[0].error)


@ONE_DATABASE
class TestNoReceiver:
    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("https:", "the webhook_url names no host"),
            ("http:///path", "the webhook_url names no host"),
            ("https:host", "the webhook_url names no host"),
            ("http://a:99999/", "the webhook_url has a port that does not exist"),
            ("http://①②⑦.0.0.1/", "the webhook_url is not a URL"),
            ("http://a\r\nb/", "the webhook_url is not a URL"),
            (None, "there is no webhook_url"),
        ],
    )
    def test_a_url_that_leads_nowhere(self, office: Office, url: str | None, reason: str) -> None:
        job_id = office.job(office.webhook(url=url))
        office.end(job_id)

        assert office.deliver_all() == 1

        view = office.only(job_id)
        assert view.status == "failed"
        assert [one.error for one in view.attempts] == [reason]

    def test_a_host_that_nobody_knows_is_tried_again(self, office: Office) -> None:
        job_id = office.job(office.webhook(url="https://receiver.invalid/"))
        office.end(job_id)

        assert office.deliver_all(office.deliverer(waits=(0,))) == 2

        view = office.only(job_id)
        assert view.status == "failed"
        for attempt in view.attempts:
            assert str(attempt.error).startswith("the host's name cannot be resolved: ")

    def test_a_resolver_that_does_not_answer(self, office: Office) -> None:
        def resolve(_: str, __: int) -> Sequence[Address]:
            office.receiver.released.wait(30)
            return []

        job_id = office.job(office.webhook())
        office.end(job_id)

        office.deliver_all(
            office.deliverer(limits=Limits(connect_seconds=0.1), waits=(), resolve=resolve)
        )

        error = office.only(job_id).attempts[0].error
        assert error == "the host's name was not resolved within 0.1 s"


class TestSecrets:
    def test_none_is_readable_in_the_database_or_in_the_log(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        token = "a-token-nobody-may-see"
        path = f"/{token}?status=500&times=1"
        office.end(
            office.job(office.webhook(path, headers={"Authorization": token}, secret=SECRET))
        )
        office.deliver_all()

        assert len(office.receiver.received) == 2
        assert token not in caplog.text
        assert SECRET not in caplog.text
        assert "webhook not delivered" in caplog.text
        assert "webhook delivered" in caplog.text
        with office.database.read() as session:
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

    def test_another_secret_key_is_said_and_holds_nobody_up(self, office: Office) -> None:
        lost = office.job(office.webhook(secret=SECRET))
        office.end(lost)
        fine = office.job(office.webhook())
        office.end(fine)
        stranger = Deliverer(
            office.database,
            Secrets("another secret key altogether"),
            Sender(AddressPolicy(), tls=TLS),
            (0,),
        )

        assert office.deliver_all(stranger) == 2

        view = office.only(lost)
        assert view.status == "failed"
        assert view.attempts[0].error == (
            "its headers and secret were encrypted under another SECRET_KEY"
        )
        assert office.only(fine).status == "delivered"

    def test_a_bug_is_logged_and_tried_again(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        def resolve(_: str, __: int) -> Sequence[Address]:
            return [None]  # type: ignore[list-item]

        job_id = office.job(office.webhook())
        office.end(job_id)

        office.deliver_all(office.deliverer(resolve=resolve, waits=(0,)))

        assert len(office.only(job_id).attempts) == 2
        assert "an unexpected error while delivering" in caplog.text


def test_a_name_that_cannot_be_one() -> None:
    with pytest.raises(ValueError, match="label"):
        resolve_name("a" * 70, 80)


def test_a_deleted_job_takes_its_deliveries_along(office: Office) -> None:
    job_id = office.job(office.webhook("/h?status=500"))
    office.end(job_id)
    office.deliver_all(office.deliverer(waits=(100,)))
    held = office.job(office.webhook())
    office.end(held)
    claim = outbox.claim_next(office.database, timedelta(minutes=1))
    assert claim is not None

    for doomed in (job_id, held):
        with office.database.write() as session:
            jobs.remove(session, office.world.here, doomed)
    outbox.record(office.database, claim, outbox.Attempt(1), None)

    with office.database.read() as session:
        assert session.query(WebhookDelivery).count() == 0
        assert session.query(WebhookAttempt).count() == 0
    assert office.deliver_all() == 0


def test_longest_payload_is_sent_whole(office: Office) -> None:
    job_id = office.job(office.webhook(events=["parse.cancelled"], payload="results"), files=500)
    office.end(job_id, "cancelled")
    began = time.monotonic()

    office.deliver_all()

    body = json.loads(office.receiver.received[0].body)
    assert len(body["data"]["files"]) == 500
    assert {one["error"] for one in body["data"]["files"]} == {"cancelled"}
    assert time.monotonic() - began < 30
