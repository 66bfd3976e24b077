"""The `pigeonhole` command."""

import sys
from importlib import import_module
from typing import NoReturn

import click
from click.exceptions import NoSuchCommand
from sqlalchemy.exc import DBAPIError

from app.errors import PigeonholeError, StartupError

# Verb -> module. A module is imported when its verb is used: some load the classifier, and worker
# processes import this module too.
VERBS = {
    "serve": "cli.serve",
    "classify": "cli.classify",
    "worker": "cli.worker",
    "migrate": "cli.migrate",
    "keys": "cli.keys",
    "projects": "cli.projects",
    "orgs": "cli.orgs",
    "audit": "cli.audit",
    "purge": "cli.purge",
    "files": "cli.files",
    "jobs": "cli.jobs",
    "status": "cli.status",
    "check": "cli.check",
    "read": "cli.read",
    "rules": "cli.rules.verbs",
    "models": "cli.models",
    "ocr": "cli.ocr",
    "webhooks": "cli.webhooks",
    "demo": "cli.demo",
}


class _Verbs(click.Group):
    """A group whose commands are attributes of the modules in VERBS, named like the verbs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the verbs in the order of VERBS."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """Import and return a verb's command."""
        if cmd_name not in VERBS:
            return None
        command = getattr(import_module(VERBS[cmd_name]), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101  # ours
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a verb; for an unknown one the error suggests those with a similar name."""
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as error:
            raise NoSuchCommand(error.command_name, possibilities=VERBS, ctx=ctx) from None


@click.command(cls=_Verbs)
@click.version_option(package_name="pigeonhole-server")
def commands() -> None:
    """Classify documents by rules in plain language, on your own machines."""


def main() -> None:
    """Run the command. An expected failure prints one sentence to standard error; status 2."""
    try:
        commands(standalone_mode=True)
    except (StartupError, PigeonholeError) as error:
        _refuse(str(error))
    except OSError as error:
        _refuse(f"{error.filename or 'the system'}: {error.strerror or error}")
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines() or ["no reason given"]
        _refuse(f"PIGEONHOLE_DATABASE_URL: the database refused a statement: {reason[0]}")


def _refuse(sentence: str) -> NoReturn:
    print(f"pigeonhole: {sentence}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
