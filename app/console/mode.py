"""Whether the console is on."""

from dataclasses import dataclass

from app.addresses import is_loopback
from app.settings import Settings

HOME = "/console"


@dataclass(frozen=True, slots=True)
class ConsoleMode:
    """Whether the console is on, and the sentence of the log that says why."""

    is_on: bool
    reason: str


def choose_mode(settings: Settings) -> ConsoleMode:
    """Return whether the settings turn the console on.

    With `auto`, a server that others can reach shows the console only behind https: the key with
    which people sign in, and their documents, would cross the network in clear text otherwise.
    """
    if settings.console == "on":
        return ConsoleMode(True, "the console is on: PIGEONHOLE_CONSOLE=on")
    if settings.console == "off":
        return ConsoleMode(False, "the console is off: PIGEONHOLE_CONSOLE=off")
    if is_loopback(settings.host):
        return ConsoleMode(True, "the console is on: the server listens on this machine only")
    if settings.public_url.startswith("https://"):
        return ConsoleMode(True, "the console is on: PIGEONHOLE_PUBLIC_URL is https")
    return ConsoleMode(
        False,
        "the console is off: the server listens beyond this machine without https. Set "
        "PIGEONHOLE_PUBLIC_URL to its https:// address, or PIGEONHOLE_CONSOLE=on to have it anyway",
    )


def signs_in_automatically(settings: Settings) -> bool:
    """Tell whether a browser on this machine needs no key."""
    return settings.console_sign_in == "automatic" and is_loopback(settings.host)
