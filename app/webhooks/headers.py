"""The custom headers of a webhook configuration that may be sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Headers of HTTP's framing and of the connection, and those that the server sets.
RESERVED = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "lc-signature",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
        "x-webhook-event-id",
        "x-webhook-event-type",
    }
)


@dataclass(frozen=True, slots=True)
class FilteredHeaders:
    """The headers to send, and a note about those left out; None if all were kept."""

    kept: dict[str, str]
    note: str | None = None


def filter_headers(custom: Mapping[str, str]) -> FilteredHeaders:
    """Drop the custom headers that could change the request or smuggle another one.

    The API stores any header, as the original API does.
    """
    kept: dict[str, str] = {}
    left_out: dict[str, list[str]] = {}
    for name, value in custom.items():
        reason = _refuse_header(name, value)
        if reason is None:
            kept[name] = value.strip(" \t")
        else:
            left_out.setdefault(reason, []).append(_show(name))
    notes = [f"{', '.join(names)} ({reason})" for reason, names in left_out.items()]
    note = f"custom headers left out: {'; '.join(notes)}" if notes else None
    return FilteredHeaders(kept, note)


def _refuse_header(name: str, value: str) -> str | None:
    if not TOKEN.fullmatch(name):
        return "not a valid name"
    lowered = name.lower()
    if lowered in RESERVED or lowered.startswith("proxy-"):
        return "set by the server"
    if any(character != "\t" and not character.isprintable() for character in value):
        return "a value with line breaks or control characters"
    return None


def _show(name: str) -> str:
    """Return a header's name in a form that is safe in a log."""
    return ascii(name[:40]) if not TOKEN.fullmatch(name) else name[:40]
