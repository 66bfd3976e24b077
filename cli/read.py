"""`pigeonhole read`: what a worker reads in a file."""

import json
import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

import click

from app.errors import FileError, StartupError
from app.jobs.languages import resolve_language
from app.jobs.pages import PageSelection, parse_ranges
from app.observability.logging import set_up_logging
from app.settings import load_settings
from app.text import escape_controls
from cli.document_output import to_json, write_document
from cli.parser_limits import parser_limits
from cli.tables import example
from worker.parsing.document import Document
from worker.parsing.ocr.installed import find_ocr
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.parser import ParserUnavailable, SandboxedParser


def _parse_pages(
    _context: click.Context, _option: click.Parameter, given: str | None
) -> tuple[int, ...] | None:
    if given is None:
        return None
    try:
        return parse_ranges(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _resolve_language(
    _context: click.Context, _option: click.Parameter, given: str | None
) -> str | None:
    if given is None:
        return None
    code = resolve_language(given)
    if code is None:
        raise click.BadParameter(
            f"There is no language {given!r}. `pigeonhole ocr languages` lists them."
        )
    return code


@click.command(epilog=example("pigeonhole read scan.pdf --pages 1-3"))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with pages counted from 0.")
@click.option(
    "--mode",
    type=click.Choice(["FAST", "MULTIMODAL"]),
    default="FAST",
    show_default=True,
    help="MULTIMODAL also reads pictures within pages.",
)
@click.option(
    "--lang",
    metavar="CODE",
    callback=_resolve_language,
    help="Language of pages that are pictures.  [default: English, or what the page shows]",
)
@click.option(
    "--pages",
    metavar="1-3,7",
    callback=_parse_pages,
    help="Pages to read, counted from 1.  [default: all; a job reads five]",
)
def read(
    path: Path, mode: str, lang: str | None, pages: tuple[int, ...] | None, *, as_json: bool
) -> None:
    """Print what a worker reads in the file PATH.

    It is read in the sandbox and with the limits of the workers, without a server or a database.
    The output is its format, the warnings, and the text of each page with the source of the text:
    its text layer, OCR, or an attachment.

    The exit code is 1 if the file cannot be read, and 2 if there is no such file.
    """
    settings = load_settings()
    set_up_logging(settings.log_level, settings.log_format)
    request = ParseRequest(PageSelection(None, pages), lang, mode)
    parser = SandboxedParser(parser_limits(settings), find_ocr(settings.ocr_data_dir))
    try:
        with _open(path) as file, parser:
            document = parser.parse(file, path.name, request)
    except FileError as error:
        _fail(path, error, as_json=as_json)
    except ParserUnavailable as error:
        raise StartupError(str(error)) from error
    _print(path, document, as_json=as_json)


def _open(path: Path) -> BinaryIO:
    """Open a file for reading. Raises StartupError when it is not a file or cannot be read."""
    try:
        # A pipe without a writer would wait for one.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise StartupError(f"{escape_controls(str(path))}: {reason}") from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        kind = "a directory" if stat.S_ISDIR(mode) else "not a file"
        raise StartupError(f"{escape_controls(str(path))}: is {kind}; give the path of one file")
    return os.fdopen(descriptor, "rb")


def _fail(path: Path, error: FileError, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"error": {"code": str(error.code), "message": error.sentence}}))
    else:
        sentence = escape_controls(f"{path.name}: {error.sentence} ({error.code})")
        click.echo(f"pigeonhole: {sentence}", err=True)
    sys.exit(1)


def _print(path: Path, document: Document, *, as_json: bool) -> None:
    if as_json:
        click.echo(to_json(document))
    else:
        write_document(path.name, document, sys.stdout)
