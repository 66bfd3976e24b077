"""Deliveries: claims one, signs and sends it, records the attempt."""

import json
import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.metadata import version

from cryptography.fernet import InvalidToken

from app.db import Database, now, retry_write
from app.jobs.service import summarise
from app.observability import metrics
from app.observability.logging import bind
from app.retry_after import parse_retry_after
from app.secrets import Secrets
from app.webhooks import outbox, signing
from app.webhooks.headers import FilteredHeaders, filter_headers
from app.webhooks.outbox import Attempt, ClaimedDelivery
from app.webhooks.payload import RESULTS, build_body
from worker.runtime.webhook_delivery.client import WebhookClient
from worker.runtime.webhook_delivery.pinned_network import Undeliverable

log = logging.getLogger(__name__)

GONE = 410
USER_AGENT = f"pigeonhole-webhooks/{version('pigeonhole-server')}"
RECORD_TRIES = 5
# The largest share that is added to each wait, so that deliveries that failed together spread out.
JITTER = 0.5


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Delivers what is due; any number of threads may share one.

    `waits` are the seconds before each retry. `on_retry` receives the time until the retry of a
    failed delivery.
    """

    database: Database
    secrets: Secrets
    client: WebhookClient
    waits: Sequence[float]
    on_retry: Callable[[timedelta], None] = lambda _: None
    # Added to the longest attempt to get the lease, for slow machines.
    margin_seconds: float = 15.0

    @property
    def lease(self) -> timedelta:
        """The time after which an unrecorded claim is due again."""
        return timedelta(seconds=self.client.limits.max_seconds + self.margin_seconds)

    def deliver_next(self) -> bool:
        """Attempt the delivery that has been due the longest; False when none is due."""
        claim = outbox.claim_next(self.database, self.lease)
        if claim is None:
            return False
        with bind(job_id=str(claim.job_id), event_id=str(claim.id)):
            body = self._body(claim)
            if body is None:
                attempt = Attempt(error="the job was deleted", is_final=True)
            else:
                attempt = self._attempt(claim, body)
            wait = None
            if attempt.error is not None and not attempt.is_final:
                wait = next_wait(self.waits, claim.tries, attempt.retry_after)
            next_at = None if wait is None else now() + wait
            # If the database stays unavailable, the delivery is due again when its lease ends.
            retry_write(lambda: outbox.record(self.database, claim, attempt, next_at), RECORD_TRIES)
            _log(claim, attempt, wait)
        if wait is not None:
            self.on_retry(wait)
        return True

    def _body(self, claim: ClaimedDelivery) -> bytes | None:
        """Return the body; None when the job was deleted after the claim."""
        if claim.payload != RESULTS:
            return build_body(claim, None)
        with self.database.read() as session:
            summary = summarise(session, claim.job_id)
        return None if summary is None else build_body(claim, summary)

    def _attempt(self, claim: ClaimedDelivery, body: bytes) -> Attempt:
        began = time.perf_counter()
        attempt = self._send(claim, body)
        return replace(attempt, milliseconds=round((time.perf_counter() - began) * 1000))

    def _send(self, claim: ClaimedDelivery, body: bytes) -> Attempt:
        """Return the outcome of one request, whatever happens."""
        note = None
        try:
            headers = self._headers(claim, body)
            note = headers.note
            answer = self._client_for(claim).post(
                claim.url.decrypt(self.secrets), headers.kept, body
            )
        except Undeliverable as error:
            return Attempt(error=str(error), note=note, is_final=error.is_final)
        except InvalidToken:
            return Attempt(
                error="its URL, headers and secret were encrypted with another secret key",
                is_final=True,
            )
        except Exception:  # one failing delivery must not stop the others
            log.exception("unexpected error in a webhook delivery; recording a failed attempt")
            return Attempt(error="an unexpected error; see the server's log", note=note)
        return Attempt(
            status_code=answer.status,
            error=_judge(answer.status),
            note=note,
            excerpt=answer.excerpt,
            is_final=answer.status == GONE,
            retry_after=parse_retry_after(answer.retry_after, now()),
        )

    def _client_for(self, claim: ClaimedDelivery) -> WebhookClient:
        """Return a client with the loopback rule of the server that took the job."""
        policy = replace(self.client.policy, loopback=claim.loopback_allowed)
        return replace(self.client, policy=policy)

    def _headers(self, claim: ClaimedDelivery, body: bytes) -> FilteredHeaders:
        """Return the headers of a request: custom ones, those of the event, and signatures.

        The timestamp is that of this attempt, so that receivers can refuse replays.
        """
        custom = {}
        if claim.headers_encrypted is not None:
            custom = json.loads(self.secrets.decrypt(claim.headers_encrypted))
        filtered = filter_headers(custom)
        event_id, timestamp = str(claim.id), int(time.time())
        headers = filtered.kept | {
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
            headers |= signing.sign(secret, event_id, timestamp, body)
        return FilteredHeaders(headers, filtered.note)


def next_wait(
    waits: Sequence[float], tries: int, retry_after: timedelta | None
) -> timedelta | None:
    """Return how long to wait after this many tries; None after the last one.

    The receiver's `retry_after` can only lengthen the wait.
    """
    if tries > len(waits):
        return None
    wait = timedelta(seconds=waits[tries - 1] * random.uniform(1, 1 + JITTER))  # noqa: S311  # no secret
    return wait if retry_after is None else max(wait, retry_after)


def _judge(status: int) -> str | None:
    """Return why a status means failure; None for success."""
    if 200 <= status < 300:
        return None
    if status == GONE:
        return "the receiver answered 410 Gone: no retries"
    if 300 <= status < 400:
        return f"the receiver answered {status}: redirects are not followed"
    return f"the receiver answered {status}"


def _log(claim: ClaimedDelivery, attempt: Attempt, wait: timedelta | None) -> None:
    """Count and log an attempt without URL, headers and body, which may hold secrets."""
    values: dict[str, object] = {
        "event": claim.event_type,
        "status": attempt.status_code,
        "milliseconds": attempt.milliseconds,
    }
    if attempt.error is None:
        metrics.WEBHOOK_ATTEMPTS.add(1, "delivered")
        log.info("webhook delivered", extra=values)
    elif wait is None:
        metrics.WEBHOOK_ATTEMPTS.add(1, "given_up")
        log.warning("webhook delivery failed; giving up", extra={**values, "reason": attempt.error})
    else:
        metrics.WEBHOOK_ATTEMPTS.add(1, "retry")
        values |= {"reason": attempt.error, "retry_seconds": round(wait.total_seconds(), 1)}
        log.warning("webhook delivery failed; retrying", extra=values)
