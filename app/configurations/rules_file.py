"""Rules as a file: one YAML schema for the command, the demo and saved configurations.

    version: 1                  # optional, always 1
    name: Office mail           # optional
    min_confidence: 0.6         # optional, 0 to 1: a type with a lower confidence becomes null
    mode: FAST                  # or MULTIMODAL
    lang: de                    # language of scans
    max_pages: 5                # pages to read from the beginning; 0 means all
    target_pages: 1,3-5         # pages to read, counted from 1; max_pages is ignored then
    learn: true                 # or false: whether a server's labels count; else where they help
    rules:
      - type: invoice
        description: A supplier's bill with an invoice number, line items and a total to pay.
        examples:               # optional: a text, a file beside this one, or an uploaded file's id
          - text: "Invoice 17. Please pay 30 EUR by 1 May."
          - file: examples/invoice.pdf
          - file_id: 1b4e28ba-2fa1-11d2-883f-0016d3cca427

docs/reference/rules-file.md describes it for the people who write such files.
`app.configurations.rules_reader` reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal
from uuid import UUID

import yaml

from app.errors import PigeonholeError
from app.jobs.pages import PageSelection, format_ranges
from app.jobs.values import Rule

VERSION = 1
DEFAULT_MAX_PAGES = 5

Mode = Literal["FAST", "MULTIMODAL"]


class RulesFileError(PigeonholeError):
    """A rules file cannot be read; each line of the text is a mistake, after its name and line."""

    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True)
class FileExample:
    """An example of a type: a text, the path of a file, or the id of an uploaded file.

    A path is absolute or relative to the working directory; `written` is the path in the file.
    """

    text: str | None = None
    path: Path | None = field(default=None, compare=False)
    file_id: UUID | None = None
    written: str | None = None


@dataclass(frozen=True, slots=True)
class FileRule:
    """A rule, its examples, and the line of the file where it begins (0: not from a file)."""

    type: str
    description: str
    examples: tuple[FileExample, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class RulesFile:
    """Rules, and how files are read and judged by them; a job's defaults where the file is silent.

    `min_confidence` None means that every type stands, however unsure. `lang` None means English,
    or what a page shows. `learn` None means that labels count where they are known to help.
    """

    rules: tuple[FileRule, ...]
    name: str | None = None
    min_confidence: float | None = None
    mode: Mode = "FAST"
    lang: str | None = None
    max_pages: int = DEFAULT_MAX_PAGES
    target_pages: tuple[int, ...] | None = None
    learn: bool | None = None

    @property
    def pages(self) -> PageSelection:
        """The pages to read."""
        return PageSelection(self.max_pages, self.target_pages)

    @property
    def job_rules(self) -> tuple[Rule, ...]:
        """The rules without their examples, as the classifier takes them."""
        return tuple(Rule(rule.type, rule.description) for rule in self.rules)


def write_rules(rules_file: RulesFile) -> str:
    """Return the YAML from which `rules_reader.parse_rules` reads the same rules."""
    content: dict[str, Any] = {"version": VERSION}
    if rules_file.name is not None:
        content["name"] = rules_file.name
    if rules_file.min_confidence is not None:
        content["min_confidence"] = rules_file.min_confidence
    if rules_file.mode != "FAST":
        content["mode"] = rules_file.mode
    if rules_file.lang is not None:
        content["lang"] = rules_file.lang
    if rules_file.max_pages != DEFAULT_MAX_PAGES:
        content["max_pages"] = rules_file.max_pages
    if rules_file.target_pages is not None:
        content["target_pages"] = format_ranges(rules_file.target_pages)
    if rules_file.learn is not None:
        content["learn"] = rules_file.learn
    content["rules"] = [rule_content(rule, _example_content) for rule in rules_file.rules]
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def rule_content(
    rule: FileRule, example_content: Callable[[FileExample], dict[str, str]]
) -> dict[str, Any]:
    """Return a rule as files and saved configurations have it, which differ in examples."""
    content: dict[str, Any] = {"type": rule.type, "description": rule.description}
    if rule.examples:
        content["examples"] = [example_content(example) for example in rule.examples]
    return content


def _example_content(example: FileExample) -> dict[str, str]:
    if example.text is not None:
        return {"text": example.text}
    if example.file_id is not None:
        return {"file_id": str(example.file_id)}
    return {"file": example.written or str(example.path)}
