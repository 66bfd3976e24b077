"""A saved configuration as a rules file, and the other way."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.configurations.rules_file import (
    FileExample,
    FileRule,
    RulesFile,
    RulesFileError,
    rule_content,
)
from app.jobs.languages import resolve_language
from app.jobs.pages import format_ranges, parse_ranges


def from_parameters(name: str, parameters: Mapping[str, Any]) -> RulesFile:
    """Return the rules of a saved configuration."""
    parsing = parameters.get("parsing_configuration") or {}
    target = parsing.get("target_pages")
    lang = parsing.get("lang")
    return RulesFile(
        rules=tuple(_rule(each) for each in parameters["rules"]),
        name=name,
        min_confidence=parameters.get("min_confidence"),
        learn=parameters.get("learn"),
        lang=None if lang is None else resolve_language(lang),
        max_pages=parsing.get("max_pages") or 0,
        target_pages=None if target is None else parse_ranges(target),
    )


def to_parameters(rules_file: RulesFile) -> dict[str, Any]:
    """Return the parameters with which a configuration is saved.

    Raises RulesFileError for what saved configurations do not have.
    """
    if rules_file.mode != "FAST":
        raise RulesFileError("Saved configurations read in the mode FAST only. Remove `mode`.")
    target = rules_file.target_pages
    return {
        "rules": [rule_content(rule, _example_parameters) for rule in rules_file.rules],
        "mode": "FAST",
        "parsing_configuration": {
            "lang": rules_file.lang,
            "max_pages": rules_file.max_pages or None,
            "target_pages": None if target is None else format_ranges(target),
        },
        "min_confidence": rules_file.min_confidence,
        "learn": rules_file.learn,
    }


def _rule(stored: Mapping[str, Any]) -> FileRule:
    return FileRule(
        type=stored["type"],
        description=stored["description"],
        examples=tuple(_example(each) for each in stored.get("examples") or ()),
    )


def _example(stored: Mapping[str, Any]) -> FileExample:
    file_id = stored.get("file_id")
    if file_id is None:
        return FileExample(text=stored["text"])
    return FileExample(file_id=UUID(str(file_id)))


def _example_parameters(example: FileExample) -> dict[str, str]:
    if example.text is not None:
        return {"text": example.text}
    if example.file_id is not None:
        return {"file_id": str(example.file_id)}
    raise RulesFileError(
        f"The example {example.written} is a file. Upload it, and write its id as file_id."
    )
