"""Signatures as receivers check them: by hand, by the package, by the command, by the docs."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.webhooks import signing
from app.webhooks.signing import InvalidSignature, verify
from cli.webhooks import webhooks

PAGE = Path(__file__).parents[4] / "docs" / "how-to" / "webhooks.md"
BODY = b'{"event_id": "1"}'
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1_700_000_000


def headers_of(secret: str, body: bytes = BODY, timestamp: int = NOW) -> dict[str, str]:
    return {
        signing.WEBHOOK_ID: "evt",
        signing.WEBHOOK_TIMESTAMP: str(timestamp),
        **signing.sign(secret, "evt", timestamp, body),
    }


def test_known_values() -> None:
    # From `openssl dgst -sha256 -hmac secret`.
    assert signing.lc_signature("secret", b"hello") == (
        "sha256=88aab3ede8d3adf94d26ab90d3bafd4a2083070c3bcce9c014ee04a443847c0b"
    )
    moment = datetime.fromtimestamp(NOW, UTC)
    assert signing.standard_signature(SECRET, "evt", NOW, BODY) == Webhook(SECRET).sign(
        "evt", moment, BODY.decode()
    )


@pytest.mark.parametrize("secret", ["plain", "whsec_not base64!", "whsec_a", "ключ", "x" * 300])
def test_a_secret_that_is_not_base64_is_used_as_its_bytes(secret: str) -> None:
    assert signing.standard_key(secret) == secret.encode()
    assert len(verify(secret, headers_of(secret), BODY, at=NOW, tolerance=1)) == 2


def test_every_change_is_detected() -> None:
    headers = headers_of(SECRET)
    assert verify(SECRET, headers, BODY, at=NOW + 200, tolerance=300) == [
        "LC-Signature is valid.",
        "webhook-signature is valid and 200 s old.",
    ]
    for wrong in (
        (SECRET + "x", headers, BODY),
        (SECRET, headers, BODY + b" "),
        (SECRET, {**headers, "webhook-id": "other"}, BODY),
        (SECRET, {**headers, "webhook-timestamp": str(NOW + 1)}, BODY),
        (SECRET, {**headers, "webhook-timestamp": "soon"}, BODY),
        (SECRET, {**headers, "webhook-timestamp": "²"}, BODY),
        (SECRET, {**headers, "webhook-signature": "v1,AAAA é"}, BODY),
        (SECRET, {**headers, "LC-Signature": "sha256=é"}, BODY),
        (SECRET, {k: v for k, v in headers.items() if k != "webhook-id"}, BODY),
        (SECRET, {}, BODY),
    ):
        with pytest.raises(InvalidSignature):
            verify(*wrong, at=NOW, tolerance=300)


@pytest.mark.parametrize("at", [NOW + 301, NOW - 301])
def test_an_old_request_is_refused(at: int) -> None:
    with pytest.raises(InvalidSignature, match="more than 300 s"):
        verify(SECRET, headers_of(SECRET), BODY, at=at, tolerance=300)


def test_one_of_several_signatures_is_enough() -> None:
    headers = headers_of(SECRET)
    several = {**headers, "Webhook-Signature": "v1,AAAA v2,x " + headers.pop("webhook-signature")}
    several.pop("webhook-signature")
    assert len(verify(SECRET, several, BODY, at=NOW, tolerance=1)) == 2


@pytest.fixture
def captured(tmp_path: Path) -> list[str]:
    (tmp_path / "secret").write_text(SECRET + "\n")
    (tmp_path / "body").write_bytes(BODY)
    lines = [f"{name.upper()}:  {value}" for name, value in headers_of(SECRET).items()]
    (tmp_path / "headers").write_text("POST /hook HTTP/1.1\r\n" + "\r\n".join(lines))
    return [
        "verify",
        f"--headers={tmp_path / 'headers'}",
        f"--body={tmp_path / 'body'}",
        f"--at={NOW + 7}",
    ]


def test_the_command_checks_a_captured_request(captured: list[str], tmp_path: Path) -> None:
    run = CliRunner().invoke(webhooks, [*captured, f"--secret-file={tmp_path / 'secret'}"])
    assert (run.exit_code, run.output) == (
        0,
        "LC-Signature is valid.\nwebhook-signature is valid and 7 s old.\n",
    )


def test_the_command_asks_for_the_secret_without_showing_it(captured: list[str]) -> None:
    run = CliRunner().invoke(webhooks, captured, input=SECRET + "\n")
    assert run.exit_code == 0
    assert SECRET not in run.output


def test_the_command_refuses(captured: list[str], tmp_path: Path) -> None:
    (tmp_path / "body").write_bytes(BODY + b"\n")
    run = CliRunner().invoke(webhooks, captured, input=SECRET)
    assert run.exit_code == 1
    assert "Verification failed: LC-Signature does not match this body and secret." in run.output


def test_the_python_of_the_page_verifies() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(code, str(PAGE), "exec"), names)
    is_ours = names["is_ours"]
    assert callable(is_ours)
    for secret in (SECRET, "a plain secret"):
        good = headers_of(secret, timestamp=int(time.time()))
        assert is_ours(secret, good, BODY)
        assert not is_ours(secret, good, BODY + b" ")
        assert not is_ours("whsec_AAAA", good, BODY)
        assert not is_ours(secret, headers_of(secret, timestamp=int(time.time()) - 301), BODY)
        assert not is_ours(secret, {}, BODY)


def test_the_package_refuses_a_changed_body() -> None:
    headers = headers_of(SECRET, timestamp=int(time.time()))
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY + b" ", headers)
