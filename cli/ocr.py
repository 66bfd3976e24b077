"""`pigeonhole ocr`: the languages of OCR that are installed."""

import sys

import click
from rich.console import Console
from rich.table import Column, Table

from app.settings import load_settings
from worker.parsing.ocr.installed import OcrData, find_ocr
from worker.parsing.ocr.models import OCR_LANGUAGES, OcrLanguage, package_of

# Of a table when the output is not a terminal.
WIDTH = 160


@click.group()
def ocr() -> None:
    """Show the languages in which OCR reads scans and photographs."""


@ocr.command()
@click.option("--missing", is_flag=True, help="Print only the missing packages, on one line.")
def languages(*, missing: bool) -> None:
    """List the languages that a job may name, their models, and where the models are."""
    data = find_ocr(load_settings().ocr_data_dir)
    if missing:
        absent = {language.model for language in OCR_LANGUAGES.values()} - set(data.models)
        click.echo(" ".join(sorted(map(package_of, absent))))
        return
    table = Table("lang", "model", "state", Column("directory, or Debian package", no_wrap=True))
    for language in OCR_LANGUAGES.values():
        table.add_row(language.code, language.model, *_describe(language, data))
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)
    read = f"{len(data.languages)} of {len(OCR_LANGUAGES)} languages are read by their own models"
    click.echo(f"{read}, with {data.engine}." if data.engine else f"{read}: no OCR is installed.")


def _describe(language: OcrLanguage, data: OcrData) -> tuple[str, str]:
    if language.model in data.models:
        return "installed", str(data.models[language.model].parent)
    choice = data.choose(language.code)
    state = f"missing: {choice.models[0]} is used" if choice.models else "missing"
    return state, package_of(language.model)
