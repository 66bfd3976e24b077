"""Receivers that hang, send wrong answers, or have a forbidden address.

These tests use one database only: the network does not depend on it.
"""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from app.addresses import parse_networks
from app.webhooks.policy import Address, AddressPolicy
from devtools.ports import free_port
from devtools.receiver import Receiver
from tests.integration.worker.runtime.webhook_delivery.environment import (
    IMPATIENT,
    WebhookEnvironment,
)
from worker.runtime.webhook_delivery.pinned_network import NO_PRIVATE_CONNECTION, Limits

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LOOPBACK = ip_address("127.0.0.1")


class TestReceivers:
    @pytest.mark.parametrize("does", ["hang", "drip"])
    def test_a_receiver_that_takes_too_long_times_out(
        self, env: WebhookEnvironment, does: str
    ) -> None:
        job_id = env.job(env.webhook(f"/h?do={does}"))
        env.end(job_id)

        assert env.deliver_all(env.deliverer(limits=IMPATIENT, waits=())) == 1

        (attempt,) = env.only(job_id).attempts
        assert attempt.error == "no answer within 0.4 s"
        assert attempt.milliseconds is not None
        assert 400 <= attempt.milliseconds < 5000

    @pytest.mark.parametrize("does", ["flood", "bomb"])
    def test_an_answer_too_long_is_not_read(self, env: WebhookEnvironment, does: str) -> None:
        job_id = env.job(env.webhook(f"/h?do={does}"))
        env.end(job_id)

        env.deliver_all()

        view = env.only(job_id)
        assert view.status == "delivered", "its status is all that matters"
        assert view.attempts[0].excerpt is None

    def test_a_closed_port_is_reported(
        self, env: WebhookEnvironment, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("INFO")
        job_id = env.job(env.webhook(url=f"http://127.0.0.1:{free_port()}/"))
        env.end(job_id)

        env.deliver_all(env.deliverer(waits=()))

        assert env.only(job_id).attempts[0].error == NO_PRIVATE_CONNECTION
        reasons = [vars(record).get("reason", "") for record in caplog.records]
        assert "no connection: Connection refused" in reasons, "the operator may know"

    def test_tls_is_checked(self, env: WebhookEnvironment) -> None:
        url = env.receiver.url().replace("http:", "https:")
        job_id = env.job(env.webhook(url=url))
        env.end(job_id)

        env.deliver_all(env.deliverer(waits=()))

        assert env.only(job_id).attempts[0].error == NO_PRIVATE_CONNECTION
        assert env.receiver.received == []

    def test_an_answer_of_a_private_address_is_not_shown(self, env: WebhookEnvironment) -> None:
        job_id = env.job(env.webhook("/h?status=500&body=internal+secrets"))
        env.end(job_id)

        env.deliver_all(env.deliverer(waits=()))

        assert env.only(job_id).attempts[0].excerpt is None

    def test_an_answer_of_a_public_address_is_shown_in_part(
        self, env: WebhookEnvironment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # There is no public receiver: in this test loopback counts as one.
        monkeypatch.setattr(
            "worker.runtime.webhook_delivery.client.is_public", lambda address: address == LOOPBACK
        )
        job_id = env.job(env.webhook(f"/h?status=500&body=no%1b{'x' * 3000}"))
        env.end(job_id)

        env.deliver_all(env.deliverer(waits=()))

        excerpt = env.only(job_id).attempts[0].excerpt
        assert excerpt is not None
        assert excerpt.startswith("no\N{REPLACEMENT CHARACTER}xxx")
        assert len(excerpt) <= 1024

    def test_user_and_password_of_the_url_are_sent(self, env: WebhookEnvironment) -> None:
        url = env.receiver.url().replace("http://", "http://us%40er:pa%3Ass@")
        env.end(env.job(env.webhook(url=url)))

        env.deliver_all()

        (received,) = env.receiver.received
        assert received.headers["Authorization"] == "Basic dXNAZXI6cGE6c3M="
        assert received.headers["Host"] == f"127.0.0.1:{env.receiver.port}"

    def test_custom_headers_cannot_change_what_the_request_is(
        self, env: WebhookEnvironment
    ) -> None:
        custom = {
            "X-Mine": "yes",
            "host": "elsewhere",
            "Content-Length": "1",
            "X-Webhook-Event-Type": "forged",
            "user-agent": "me",
            "X-Lines": "a\r\nX-Smuggled: b",
        }
        job_id = env.job(env.webhook(headers=custom))
        env.end(job_id)

        env.deliver_all()

        headers = {k.lower(): v for k, v in env.receiver.received[0].headers.items()}
        assert headers["x-mine"] == "yes"
        assert headers["host"] == f"127.0.0.1:{env.receiver.port}"
        assert headers["x-webhook-event-type"] == "parse.success"
        assert headers["user-agent"].startswith("pigeonhole")
        assert "x-lines" not in headers
        assert "x-smuggled" not in headers
        assert env.only(job_id).attempts[0].note == (
            "custom headers left out: host, Content-Length, X-Webhook-Event-Type, user-agent (set"
            " by the server); X-Lines (a value with line breaks or control characters)"
        )


class TestGuard:
    """What the policy refuses is refused for the very connection, and the log says why."""

    @pytest.mark.parametrize(
        "host",
        ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "0"],
    )
    def test_this_machine_in_any_disguise(self, env: WebhookEnvironment, host: str) -> None:
        job_id = env.job(env.webhook(url=env.receiver.url(host=host), loopback=False))
        env.end(job_id)

        assert env.deliver_all(env.deliverer()) == 1

        view = env.only(job_id)
        assert (view.status, len(view.attempts)) == ("failed", 1)
        assert str(view.attempts[0].error).startswith("refused: ")
        assert env.receiver.received == []

    @pytest.mark.parametrize(
        "host", ["169.254.169.254", "[fd00:ec2::254]", "[64:ff9b::a9fe:a9fe]", "[fe80::1]"]
    )
    def test_metadata_whatever_is_allowed(self, env: WebhookEnvironment, host: str) -> None:
        everything = AddressPolicy(allowed=parse_networks("0.0.0.0/0,::/0"))
        job_id = env.job(env.webhook(url=f"http://{host}/latest/meta-data"))
        env.end(job_id)

        env.deliver_all(env.deliverer(everything))

        assert "never allowed" in str(env.only(job_id).attempts[0].error)

    def test_one_bad_address_among_good_ones_is_enough(self, env: WebhookEnvironment) -> None:
        def resolve(_: str, __: int) -> Sequence[Address]:
            return [ip_address("93.184.215.14"), ip_address("169.254.169.254")]

        job_id = env.job(env.webhook(url="http://receiver.example/"))
        env.end(job_id)

        env.deliver_all(env.deliverer(resolve=resolve))

        assert str(env.only(job_id).attempts[0].error).startswith("refused: 169.254.169.254")

    def test_a_name_whose_address_changes_between_check_and_connection(
        self, env: WebhookEnvironment, receiver: Receiver
    ) -> None:
        """DNS rebinding: good at the first look, ours at the second, which must not be taken."""
        looks: list[str] = []

        def resolve(host: str, _: int) -> Sequence[Address]:
            looks.append(host)
            # 192.0.2.1 is for documentation: no host answers.
            return [ip_address("192.0.2.1") if len(looks) == 1 else LOOPBACK]

        job_id = env.job(env.webhook(url=receiver.url(host="rebinding.example"), loopback=False))
        env.end(job_id)

        env.deliver_all(env.deliverer(resolve=resolve, waits=(0,)))

        first, second = env.only(job_id).attempts
        assert str(first.error).startswith("no connection")
        assert str(second.error).startswith("refused: 127.0.0.1")
        assert looks == ["rebinding.example"] * 2, "one look for each connection"
        assert receiver.received == []

    def test_the_connection_goes_to_the_checked_address(
        self, env: WebhookEnvironment, receiver: Receiver
    ) -> None:
        job_id = env.job(env.webhook(url=receiver.url(host="receiver.example")))
        env.end(job_id)

        env.deliver_all(env.deliverer(resolve=lambda _, __: [LOOPBACK]))

        (received,) = receiver.received
        assert received.headers["Host"] == f"receiver.example:{receiver.port}"
        assert env.only(job_id).status == "delivered"

    def test_a_redirect_is_not_followed(self, env: WebhookEnvironment) -> None:
        target = env.receiver.url("/inside")
        job_id = env.job(env.webhook(f"/h?do=redirect&to={target}"))
        env.end(job_id)

        env.deliver_all(env.deliverer(waits=()))

        assert env.receiver.at("/inside") == []
        error = env.only(job_id).attempts[0].error
        assert error == "the receiver answered 307: redirects are not followed"

    def test_a_proxy_of_the_environment_is_not_used(
        self, env: WebhookEnvironment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        job_id = env.job(env.webhook())
        env.end(job_id)

        env.deliver_all()

        assert env.only(job_id).status == "delivered"

    def test_a_private_address_where_only_public_ones_are_allowed(
        self, env: WebhookEnvironment
    ) -> None:
        job_id = env.job(env.webhook(url="http://10.0.0.1/"))
        env.end(job_id)

        env.deliver_all(env.deliverer(AddressPolicy(public_only=True)))

        assert "private address" in str(env.only(job_id).attempts[0].error)


class TestNoReceiver:
    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("https:", "the webhook_url names no host"),
            ("http:///path", "the webhook_url names no host"),
            ("https:host", "the webhook_url names no host"),
            ("http://a:99999/", "the webhook_url has an invalid port"),
            ("http://①②⑦.0.0.1/", "the webhook_url is not a URL"),
            ("http://a\r\nb/", "the webhook_url is not a URL"),
            (None, "there is no webhook_url"),
        ],
    )
    def test_a_url_that_leads_nowhere(
        self, env: WebhookEnvironment, url: str | None, reason: str
    ) -> None:
        job_id = env.job(env.webhook(url=url))
        env.end(job_id)

        assert env.deliver_all() == 1

        view = env.only(job_id)
        assert view.status == "failed"
        assert [one.error for one in view.attempts] == [reason]

    def test_an_unknown_host_is_retried(self, env: WebhookEnvironment) -> None:
        job_id = env.job(env.webhook(url="https://receiver.invalid/"))
        env.end(job_id)

        assert env.deliver_all(env.deliverer(waits=(0,))) == 2

        view = env.only(job_id)
        assert view.status == "failed"
        for attempt in view.attempts:
            assert str(attempt.error).startswith("the host's name cannot be resolved: ")

    def test_a_resolver_that_does_not_answer(self, env: WebhookEnvironment) -> None:
        def resolve(_: str, __: int) -> Sequence[Address]:
            env.receiver.released.wait(30)
            return []

        job_id = env.job(env.webhook())
        env.end(job_id)

        env.deliver_all(
            env.deliverer(limits=Limits(connect_seconds=0.1), waits=(), resolve=resolve)
        )

        error = env.only(job_id).attempts[0].error
        assert error == "the host's name was not resolved within 0.1 s"
