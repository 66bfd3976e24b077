"""`pigeonhole check`: whether a server can be used, and what is in the way."""

import os
import sys

import click

from app.errors import StartupError
from app.text import escape_line
from cli.classification.server import find_server
from cli.server_checks import CheckedServer
from cli.tables import example, json_option, print_json


@click.command(epilog=example("pigeonhole check http://127.0.0.1:8000"))
@click.argument("url", required=False)
@click.option(
    "--api-key", metavar="KEY", help="Key to try.  [default: PIGEONHOLE_API_KEY, if it is set]"
)
@json_option(CheckedServer)
def check(url: str | None, api_key: str | None, *, as_json: bool) -> None:
    """Check whether a server is up and ready, and whether the key is good.

    URL is its base address.  [default: PIGEONHOLE_URL, else LLAMA_CLOUD_BASE_URL]

    Says what is wrong and what to do: a path too many in the address, https on an http port, a
    proxy in the way, a wrong key, a host that is another server, no workers. The key is sent only
    to a server of Pigeonhole.

    The exit code is 1 if something is wrong.
    """
    address = url or os.environ.get("PIGEONHOLE_URL") or os.environ.get("LLAMA_CLOUD_BASE_URL")
    if not address:
        raise StartupError("no server is named: give its address, such as http://127.0.0.1:8000")
    own = "PIGEONHOLE_API_KEY" if url or os.environ.get("PIGEONHOLE_URL") else "LLAMA_CLOUD_API_KEY"
    key = (api_key or os.environ.get(own) or "").strip()
    # Refuses what is no address, and LlamaCloud; the key is checked by asking.
    named = find_server(address, "unknown")
    assert named is not None  # noqa: S101  # an address was given
    from cli.server_checks import check_server  # noqa: PLC0415

    found = check_server(named.url, key)
    if as_json:
        print_json(found)
    else:
        for each in found.checks:
            mark = "ok" if each.is_good else "WRONG"
            click.echo(f"{each.name:<8} {mark:<6} {escape_line(each.sentence)}")
            if each.advice:
                click.echo(f"{'':<15} {escape_line(each.advice)}")
    sys.exit(0 if found.is_good else 1)
