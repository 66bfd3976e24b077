"""`pigeonhole ocr`: the languages of OCR that are installed."""

from dataclasses import dataclass
from pathlib import Path

import click

from app.settings import load_settings
from cli.tables import Columns, example, json_option, print_items
from worker.parsing.ocr.installed import OcrData, find_ocr
from worker.parsing.ocr.models import OCR_LANGUAGES, OcrLanguage, package_of


@dataclass(frozen=True, slots=True)
class ListedLanguage:
    """A language that a job may name. `directory` is null where the model is missing.

    `read_by` are the models that read it, best first; empty where no OCR is installed.
    """

    lang: str
    model: str
    directory: Path | None
    package: str
    read_by: tuple[str, ...]

    @property
    def state(self) -> str:
        """Whether the language's own model is installed, and which one is used otherwise."""
        if self.directory is not None:
            return "installed"
        return f"missing: {self.read_by[0]} is used" if self.read_by else "missing"


@click.group()
def ocr() -> None:
    """Show the languages in which OCR reads scans and photographs."""


@ocr.command(epilog=example("pigeonhole ocr languages"))
@click.option("--missing", is_flag=True, help="Print only the missing packages, on one line.")
@json_option(ListedLanguage, is_list=True)
def languages(*, missing: bool, as_json: bool) -> None:
    """List the languages of OCR and their models.

    These are the languages that a job may name. For a missing model the table names the Debian
    package that has it.
    """
    data = find_ocr(load_settings().ocr_data_dir)
    if missing:
        absent = {language.model for language in OCR_LANGUAGES.values()} - set(data.models)
        click.echo(" ".join(sorted(map(package_of, absent))))
        return
    listed = [_list(language, data) for language in OCR_LANGUAGES.values()]
    columns: Columns = {
        "lang": "lang",
        "model": "model",
        "state": "state",
        "directory or package": lambda each: each.directory or each.package,
    }
    print_items(listed, columns, as_json=as_json)
    if not as_json:
        engine = f", with {data.engine}." if data.engine else ": no OCR is installed."
        count = f"{len(data.languages)} of {len(OCR_LANGUAGES)} languages"
        click.echo(f"{count} are read by their own models{engine}", err=True)


def _list(language: OcrLanguage, data: OcrData) -> ListedLanguage:
    path = data.models.get(language.model)
    return ListedLanguage(
        lang=language.code,
        model=language.model,
        directory=path.parent if path else None,
        package=package_of(language.model),
        read_by=tuple(data.choose(language.code).models),
    )
