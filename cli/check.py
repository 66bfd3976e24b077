"""`pigeonhole check`: whether a server can be used, and what is in the way."""

import sys

import click

from app.errors import StartupError
from app.text import escape_line
from cli.api_client.address import Server, find_server
from cli.api_client.checks import CheckedServer
from cli.tables import (
    Columns,
    example,
    json_option,
    print_items,
    print_json,
    print_labelled,
)

# Stands for a key that is missing: the server is checked all the same.
NO_KEY = "none"
# Of the name of a check and its result.
LABEL_WIDTH = 14


@click.command(epilog=example("pigeonhole check http://127.0.0.1:8000"))
@click.argument("url", required=False)
@click.option(
    "--api-key", metavar="KEY", help="Key to try.  [default: PIGEONHOLE_API_KEY, if it is set]"
)
@json_option(CheckedServer)
def check(url: str | None, api_key: str | None, *, as_json: bool) -> None:
    """Check whether a server can be used, and say what is wrong.

    URL is its base address.  [default: PIGEONHOLE_URL, else LLAMA_CLOUD_BASE_URL]

    Finds an extra path in the address, https on an http port, a proxy in the way, another server
    at this address, a server that is not ready, no workers, and a wrong key. The key is sent only
    to a server of Pigeonhole.

    The exit code is 1 if something is wrong.
    """
    problem = ""
    try:
        named = _find(url, api_key)
    except StartupError as error:
        # What is wrong is the key or the address. Without a key a server is checked all the same;
        # for an address that is none, and for LlamaCloud, this raises again.
        problem = str(error)
        named = _find(url, NO_KEY)
    if named is None:
        raise StartupError("no server is named: give its address, such as http://127.0.0.1:8000")
    from cli.api_client.checks import check_server  # noqa: PLC0415

    found = check_server(named.url, "" if problem else named.api_key, problem)
    if as_json:
        print_json(found)
    elif not sys.stdout.isatty():
        columns: Columns = {
            "check": "name",
            "result": lambda each: "ok" if each.is_good else "wrong",
            "finding": "sentence",
            "advice": "advice",
        }
        print_items(found.checks, columns, as_json=False)
    else:
        for each in found.checks:
            label = f"{each.name:<8} {'ok' if each.is_good else 'WRONG'}"
            print_labelled(label, escape_line(each.sentence), LABEL_WIDTH)
            if each.advice:
                print_labelled("", escape_line(each.advice), LABEL_WIDTH)
    sys.exit(0 if found.is_good else 1)


def _find(url: str | None, api_key: str | None) -> Server | None:
    try:
        return find_server(url, api_key)
    except StartupError as error:
        # This verb takes the address as an argument, not by that option.
        raise StartupError(str(error).removeprefix("--server: ")) from None
