"""`pigeonhole webhooks`: check what a receiver got."""

import time
from pathlib import Path

import click

from app.webhooks.signing import InvalidSignature, verify

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def webhooks() -> None:
    """Look into webhooks."""


@webhooks.command("verify")
@click.option("--headers", type=READABLE, required=True, help="The headers, `Name: value` a line.")
@click.option("--body", type=READABLE, required=True, help="The body, byte by byte as it came.")
@click.option("--secret-file", type=READABLE, help="The secret; asked for unless given.")
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    default=300.0,
    show_default=True,
    help="How many seconds old the request may be.",
)
@click.option("--at", type=float, help="Unix time when it was received.  [default: now]")
def verify_request(
    headers: Path, body: Path, secret_file: Path | None, tolerance: float, at: float | None
) -> None:
    """Check the signatures of a captured request: LC-Signature and webhook-signature.

    The status is 1 when one is wrong or too old, or when there is none.
    """
    if secret_file is None:
        secret = click.prompt("Secret", hide_input=True, err=True)
    else:
        secret = secret_file.read_text(encoding="utf-8").rstrip("\r\n")
    try:
        checked = verify(
            secret,
            read_headers(headers.read_text(encoding="utf-8", errors="replace")),
            body.read_bytes(),
            at=time.time() if at is None else at,
            tolerance=tolerance,
        )
    except InvalidSignature as error:
        click.echo(f"Verification failed: {error}", err=True)
        raise SystemExit(1) from None
    for sentence in checked:
        click.echo(sentence)


def read_headers(text: str) -> dict[str, str]:
    """Return the headers of a captured request; other lines, such as its first, are passed over."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value.strip() for name, colon, value in pairs if colon and name.strip()}
