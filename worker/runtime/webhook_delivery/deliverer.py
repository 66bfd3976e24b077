"""The one path of a delivery: claimed, signed, sent, and how it went recorded."""

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version

from cryptography.fernet import InvalidToken

from app.db import Database, now
from app.observability import metrics
from app.observability.logging import bind
from app.secrets import Secrets
from app.webhooks import outbox, signing
from app.webhooks.outbox import Attempt, ClaimedDelivery
from app.webhooks.policy import choose_headers
from app.webhooks.schedule import next_wait, parse_retry_after
from worker.recording import record_patiently
from worker.runtime.webhook_delivery.client import Undeliverable, WebhookClient

log = logging.getLogger(__name__)

GONE = 410
USER_AGENT = f"pigeonhole-webhooks/{version('pigeonhole')}"
RECORD_TRIES = 5


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Delivers what is due; any number of threads may use one.

    `waits` are the seconds before each retry. `on_retry` is told how long the next try of a
    delivery that failed is away.
    """

    database: Database
    secrets: Secrets
    client: WebhookClient
    waits: Sequence[float]
    on_retry: Callable[[timedelta], None] = lambda _: None
    # The lease is longer than the longest try by this, for slow machines.
    margin_seconds: float = 15.0

    @property
    def lease(self) -> timedelta:
        """How long a delivery that nobody records is held back."""
        return timedelta(seconds=self.client.limits.longest_seconds + self.margin_seconds)

    def deliver_next(self) -> bool:
        """Try what has been due the longest; False when nothing is due."""
        claim = outbox.claim_next(self.database, self.lease)
        if claim is None:
            return False
        with bind(job_id=str(claim.job_id), event_id=str(claim.id)):
            attempt = self._try(claim)
            wait = None
            if attempt.error is not None and not attempt.is_final:
                wait = next_wait(self.waits, claim.tries, attempt.retry_after)
            next_at = None if wait is None else now() + wait
            # When the database stays away, the lease's end brings the delivery back.
            record_patiently(
                lambda: outbox.record(self.database, claim, attempt, next_at), RECORD_TRIES
            )
            _log(claim, attempt, wait)
        if wait is not None:
            self.on_retry(wait)
        return True

    def _try(self, claim: ClaimedDelivery) -> Attempt:
        began = time.perf_counter()

        def attempt(**values: object) -> Attempt:
            milliseconds = round((time.perf_counter() - began) * 1000)
            return Attempt(milliseconds, **values)  # type: ignore[arg-type]  # its own fields

        note = None
        try:
            headers, note = self._headers(claim)
            answer = self.client.post(
                claim.url, headers, claim.body, loopback=claim.loopback_allowed
            )
        except Undeliverable as error:
            return attempt(error=str(error), note=note, is_final=error.is_final)
        except InvalidToken:
            return attempt(
                error="its headers and secret were encrypted under another SECRET_KEY",
                is_final=True,
            )
        except Exception:  # one delivery's failure must never hold back another
            log.exception("an unexpected error while delivering a webhook")
            return attempt(error="an unexpected error; the server's log tells more", note=note)
        return attempt(
            status_code=answer.status,
            error=_judge(answer.status),
            note=note,
            excerpt=answer.excerpt,
            is_final=answer.status == GONE,
            retry_after=parse_retry_after(answer.retry_after, now()),
        )

    def _headers(self, claim: ClaimedDelivery) -> tuple[dict[str, str], str | None]:
        """Return the headers of a request, the custom ones first, and a note about those left out.

        Its time is that of this try, so that receivers can refuse what somebody sends again.
        """
        headers: dict[str, str] = {}
        note = None
        if claim.headers_encrypted is not None:
            headers, note = choose_headers(
                json.loads(self.secrets.decrypt(claim.headers_encrypted))
            )
        event_id, timestamp = str(claim.id), int(time.time())
        headers |= {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "Accept-Encoding": "identity",
            "X-Webhook-Event-ID": event_id,
            "X-Webhook-Event-Type": claim.event_type,
            signing.WEBHOOK_ID: event_id,
            signing.WEBHOOK_TIMESTAMP: str(timestamp),
        }
        if claim.secret_encrypted is not None:
            secret = self.secrets.decrypt(claim.secret_encrypted)
            headers |= signing.sign(secret, event_id, timestamp, claim.body)
        return headers, note


def _judge(status: int) -> str | None:
    """Return why a status is no success, None if it is one."""
    if 200 <= status < 300:
        return None
    if status == GONE:
        return "the receiver answered 410: it wants no more"
    if 300 <= status < 400:
        return f"the receiver answered {status}: redirects are not followed"
    return f"the receiver answered {status}"


def _log(claim: ClaimedDelivery, attempt: Attempt, wait: timedelta | None) -> None:
    """Count a try, and log it without its URL, headers and body: any of them may hold secrets."""
    values = {
        "event": claim.event_type,
        "status": attempt.status_code,
        "milliseconds": attempt.milliseconds,
    }
    if attempt.error is None:
        metrics.WEBHOOK_ATTEMPTS.add(1, "delivered")
        log.info("webhook delivered", extra=values)
    elif wait is None:
        metrics.WEBHOOK_ATTEMPTS.add(1, "given_up")
        log.warning("webhook given up", extra={**values, "reason": attempt.error})
    else:
        metrics.WEBHOOK_ATTEMPTS.add(1, "retry")
        seconds = round(wait.total_seconds(), 1)
        extra = {**values, "reason": attempt.error, "again_in": seconds}
        log.warning("webhook not delivered; it is tried again", extra=extra)
