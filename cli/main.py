"""The `pigeonhole` command."""

import io
import re
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click
from click.exceptions import NoSuchCommand

from app.errors import PigeonholeError, StartupError
from cli.interruption import INTERRUPTED

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

# Verb -> module and one line of help. A module is imported when its verb is used, not for the list
# of verbs: some load the classifier, and worker processes import this module too.
VERBS = {
    "serve": ("cli.serve", "Start the server."),
    "classify": ("cli.classify", "Find the type of files, and of all files in folders."),
    "sort": ("cli.sort", "Sort files into one folder for each type."),
    "worker": ("cli.worker", "Start workers for a server with Postgres and Redis."),
    "migrate": ("cli.migrate", "Migrate the database to the schema of this release."),
    "keys": ("cli.keys", "Create, list, rotate and revoke API keys."),
    "projects": ("cli.projects", "Create and list projects, and set their limits."),
    "orgs": ("cli.orgs", "Create and list organizations (isolated tenants)."),
    "audit": ("cli.audit", "Read the audit log."),
    "purge": ("cli.purge", "Delete a project's files, jobs, results and webhook logs."),
    "files": ("cli.files", "List uploaded files, and maintain their store."),
    "jobs": ("cli.jobs", "Look at the jobs of a server, and cancel them."),
    "labels": ("cli.labels", "Say what files of a server really are, as a table."),
    "triage": ("cli.triage", "List the files of a server to label next."),
    "quality": ("cli.quality", "Print how well rules do on labelled files."),
    "status": ("cli.status", "Print the queue, the workers and the store of a server."),
    "check": ("cli.check", "Check whether a server can be used, and say what is wrong."),
    "read": ("cli.read", "Print what a worker reads in the file PATH."),
    "rules": ("cli.rules.verbs", "Start, improve and test a file of rules."),
    "models": ("cli.models", "Build, fit and check the classifier's models."),
    "ocr": ("cli.ocr", "Show the languages in which OCR reads scans and photographs."),
    "webhooks": ("cli.webhooks", "Verify captured webhooks."),
    "demo": ("cli.demo", "Start a server and classify the samples with llama-cloud."),
}

_DAMAGED = re.compile("not a database|malformed")


class _Verbs(click.Group):
    """A group whose commands are attributes of the modules in VERBS, named like the verbs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the verbs in the order of VERBS."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """Import and return a verb's command."""
        if cmd_name not in VERBS:
            return None
        command = getattr(import_module(VERBS[cmd_name][0]), cmd_name)
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

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb; Ctrl-C before or after its work ends the command as Ctrl-C within it."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """List the verbs without importing their modules."""
        with formatter.section("Commands"):
            formatter.write_dl([(verb, summary) for verb, (_, summary) in VERBS.items()])


@click.command(cls=_Verbs)
@click.version_option(package_name="pigeonhole-server")
def commands() -> None:
    """Classify documents by rules in plain language, on your own machines."""


def main() -> None:
    """Run the command. An expected failure prints one sentence to standard error; status 2."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # of terminals without Unicode
    try:
        commands(standalone_mode=True)
    except (StartupError, PigeonholeError) as error:
        _refuse(str(error))
    except OSError as error:
        _refuse(f"{error.filename or 'the system'}: {error.strerror or error}")
    except _database_error() as error:
        _refuse(_describe(error))


def _describe(error: "DBAPIError") -> str:
    """Return what is wrong with the database, in one sentence."""
    reason = (str(error.orig).strip().splitlines() or ["no reason given"])[0]
    if type(error.orig).__module__ == "sqlite3":
        advice = ": restore it from a backup" if _DAMAGED.search(reason) else ""
        return f"pigeonhole.db in the data directory cannot be used: {reason}{advice}"
    if "connect" in reason:
        return (
            f"PIGEONHOLE_DATABASE_URL: the database cannot be reached: {reason}: start it, or"
            " correct the address"
        )
    return f"PIGEONHOLE_DATABASE_URL: the database refused a statement: {reason}"


def _database_error() -> "type[DBAPIError]":
    """Import and return the class; Python asks only after an exception."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415  # a quarter of a second

    return DBAPIError


def _refuse(sentence: str) -> NoReturn:
    print(f"pigeonhole: {sentence}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
