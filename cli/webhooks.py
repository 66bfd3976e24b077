"""`pigeonhole webhooks`: verify captured requests."""

import time
from pathlib import Path

import click

from app.webhooks.signing import InvalidSignature, verify
from cli.tables import example

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def webhooks() -> None:
    """Verify captured webhooks."""


@webhooks.command(
    "verify",
    epilog=example("pigeonhole webhooks verify --headers h.txt --body b.json --secret-file key"),
)
@click.option(
    "--headers",
    type=READABLE,
    required=True,
    help="File with the headers as `Name: value`.",
)
@click.option("--body", type=READABLE, required=True, help="File with the raw body.")
@click.option(
    "--secret-file", type=READABLE, help="File with the secret. Without it, the command prompts."
)
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    default=300.0,
    show_default=True,
    help="Maximum age of the request in seconds.",
)
@click.option("--at", type=float, help="Unix time of receipt.  [default: now]")
def verify_request(
    headers: Path, body: Path, secret_file: Path | None, tolerance: float, at: float | None
) -> None:
    """Verify the signatures of a captured request.

    These are the headers LC-Signature and webhook-signature.

    The exit status is 1 if a signature is wrong, too old or missing.
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
    """Return the headers of a captured request; skips other lines such as the request line."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value.strip() for name, colon, value in pairs if colon and name.strip()}
