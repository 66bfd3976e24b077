"""Read rules files: all mistakes are reported, each with its line."""

from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import yaml

from app.configurations.rules_file import (
    DEFAULT_MAX_PAGES,
    VERSION,
    FileExample,
    FileRule,
    Mode,
    RulesFile,
    RulesFileError,
)
from app.configurations.strict_yaml import (
    MAX_BYTES,
    YamlError,
    compose,
    entries,
    is_null,
    line_of,
    read_flag,
    read_number,
    read_text,
    read_whole,
)
from app.files.file_ids import parse_file_id
from app.jobs.languages import resolve_language
from app.jobs.pages import parse_ranges
from app.jobs.rule_checks import (
    MAX_DESCRIPTION,
    MAX_EXAMPLE_TEXT,
    MAX_JOB_EXAMPLES,
    MAX_RULE_EXAMPLES,
    MAX_TYPE,
    MIN_DESCRIPTION,
    check_text,
    check_type,
    find_repeated,
)
from app.text import counted, escape_line

Value = TypeVar("Value")

MAX_NAME = 255
MAX_MISTAKES = 20
MAX_MAX_PAGES = 2**31 - 1
FILE_KEYS = (
    "version",
    "name",
    "min_confidence",
    "mode",
    "lang",
    "max_pages",
    "target_pages",
    "learn",
    "rules",
)
RULE_KEYS = ("type", "description", "examples")
EXAMPLE_KEYS = ("text", "file", "file_id")


def read_rules(path: Path) -> RulesFile:
    """Return the rules of a file; raises RulesFileError, also when there is no such file."""
    name = escape_line(path.name)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise RulesFileError(
            f"{escape_line(str(path))} does not exist. Give the path of your rules file with "
            "--rules."
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RulesFileError(
            f"{escape_line(str(path))} cannot be read: {reason}. Give the path of a rules file."
        ) from None
    return parse_rules(data, name, path.parent)


def parse_rules(data: bytes, name: str, folder: Path | None = None) -> RulesFile:
    """Return the rules in the bytes of a file of this name; raises RulesFileError.

    `folder` holds the examples' files; None where there is none, such as behind a form. The error
    has a line for each mistake in what the keys say; in the YAML itself only the first is found.
    """
    reader = _Reader(folder)
    try:
        rules_file = reader.read(compose(data))
    except YamlError as error:
        reader.mistakes.append(error)
    if reader.mistakes:
        raise RulesFileError(_describe(reader.mistakes, name))
    return rules_file


def _describe(mistakes: Sequence[YamlError], name: str) -> str:
    ordered = sorted(mistakes, key=lambda mistake: mistake.line)
    lines = [
        f"{name}, line {mistake.line}: {escape_line(mistake.sentence)}"
        for mistake in ordered[:MAX_MISTAKES]
    ]
    if len(ordered) > MAX_MISTAKES:
        lines.append(f"and {len(ordered) - MAX_MISTAKES} more")
    return "\n".join(lines)


class _Reader:
    """From nodes to values. `mistakes` are those found; what was read with one is of no use."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.mistakes: list[YamlError] = []

    def read(self, root: yaml.Node) -> RulesFile:
        """Return what the file says; raises YamlError if it has nothing that could be read."""
        given, are_known = self._mapping(root, FILE_KEYS, "Begin with `rules:` at the left edge.")
        if "rules" not in given and are_known:
            raise YamlError(line_of(root), "`rules` is missing. Write `rules:` and one rule.")
        self._value(given, "version", self._check_version, None)
        return RulesFile(
            rules=self._value(given, "rules", self._rules, ()),
            name=self._value(given, "name", self._name, None),
            min_confidence=self._value(given, "min_confidence", self._min_confidence, None),
            mode=self._value(given, "mode", self._mode, "FAST"),
            lang=self._value(given, "lang", self._lang, None),
            max_pages=self._value(given, "max_pages", self._max_pages, DEFAULT_MAX_PAGES),
            target_pages=self._value(given, "target_pages", self._target_pages, None),
            learn=self._value(given, "learn", self._learn, None),
        )

    def _value(
        self,
        given: Mapping[str, yaml.Node],
        key: str,
        read: Callable[[yaml.Node], Value],
        default: Value,
    ) -> Value:
        """Return what `read` makes of a value; the default where it is missing or mistaken."""
        return self._read(given[key], read, default) if key in given else default

    def _read(self, node: yaml.Node, read: Callable[[yaml.Node], Value], default: Value) -> Value:
        try:
            return read(node)
        except YamlError as error:
            self.mistakes.append(error)
            return default

    def _mapping(
        self, node: yaml.Node, keys: Collection[str], advice: str
    ) -> tuple[dict[str, yaml.Node], bool]:
        """Return the values by key, and whether all keys are known; raises YamlError.

        An unknown key is a mistake. Often it is a missing one, spelled wrongly.
        """
        if not isinstance(node, yaml.MappingNode):
            raise YamlError(line_of(node), f"YAML does not see keys and values here. {advice}")
        given: dict[str, yaml.Node] = {}
        for name, key, value in entries(node):
            if name in keys:
                given[name] = value
                continue
            near = get_close_matches(name, keys, n=1)
            hint = f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(keys)}."
            self.mistakes.append(YamlError(line_of(key), f"There is no `{name}` here. {hint}"))
        return given, len(given) == len(node.value)

    def _check_version(self, node: yaml.Node) -> None:
        if read_whole(node, "version") != VERSION:
            raise YamlError(line_of(node), "This release reads version 1. Write `version: 1`.")

    def _name(self, node: yaml.Node) -> str | None:
        return None if is_null(node) else _text(node, "name", 1, MAX_NAME)

    def _min_confidence(self, node: yaml.Node) -> float | None:
        if is_null(node):
            return None
        value = read_number(node, "min_confidence")
        if not 0 <= value <= 1:
            raise YamlError(line_of(node), "`min_confidence` is from 0 to 1, such as 0.8.")
        return value

    def _learn(self, node: yaml.Node) -> bool | None:
        return None if is_null(node) else read_flag(node, "learn")

    def _mode(self, node: yaml.Node) -> Mode:
        mode = read_text(node, "mode")
        if mode == "FAST":
            return "FAST"
        if mode == "MULTIMODAL":
            return "MULTIMODAL"
        raise YamlError(line_of(node), f"There is no mode {mode!r}. Write FAST or MULTIMODAL.")

    def _lang(self, node: yaml.Node) -> str | None:
        if is_null(node):
            return None
        # Norwegian: YAML 1.1 takes it for a boolean, and nothing else can be meant here.
        given = "no" if getattr(node, "value", "") == "no" else read_text(node, "lang")
        code = resolve_language(given)
        if code is None:
            raise YamlError(
                line_of(node),
                f"There is no language {given!r}. `pigeonhole ocr languages` lists them.",
            )
        return code

    def _max_pages(self, node: yaml.Node) -> int:
        value = 0 if is_null(node) else read_whole(node, "max_pages")
        if not 0 <= value <= MAX_MAX_PAGES:
            raise YamlError(line_of(node), "`max_pages` is a number of pages, 0 for all.")
        return value

    def _target_pages(self, node: yaml.Node) -> tuple[int, ...] | None:
        if is_null(node):
            return None
        # `3` is as good as "3"; YAML 1.1 also reads 1:30 as a number, which parse_ranges refuses.
        given = str(getattr(node, "value", ""))
        try:
            return parse_ranges(given)
        except ValueError as error:
            raise YamlError(line_of(node), str(error)) from None

    def _rules(self, node: yaml.Node) -> tuple[FileRule, ...]:
        listed = _list(node, "rules")
        if not listed:
            raise YamlError(line_of(node), "Give at least one rule.")
        read = [self._read(each, self._rule, None) for each in listed]
        rules = tuple(rule for rule in read if rule is not None)
        for name in find_repeated([rule.type for rule in rules if rule.type]):
            lines = [rule.line for rule in rules if rule.type == name]
            self.mistakes.append(
                YamlError(
                    lines[1], f"The type {name!r} has a rule in line {lines[0]}, too. Remove one."
                )
            )
        if sum(len(rule.examples) for rule in rules) > MAX_JOB_EXAMPLES:
            raise YamlError(
                line_of(node), f"A job takes at most {MAX_JOB_EXAMPLES} examples. Leave some out."
            )
        return rules

    def _rule(self, node: yaml.Node) -> FileRule:
        advice = "Write a rule as `- type: ...` and `description: ...`."
        given, are_known = self._mapping(node, RULE_KEYS, advice)
        for key in ("type", "description"):
            if key not in given and are_known:
                raise YamlError(line_of(node), f"`{key}` is missing in this rule. Add it.")
        return FileRule(
            type=self._value(given, "type", _type, ""),
            description=self._value(given, "description", _description, ""),
            examples=self._value(given, "examples", self._examples, ()),
            line=line_of(node),
        )

    def _examples(self, node: yaml.Node) -> tuple[FileExample, ...]:
        listed = _list(node, "examples")
        if len(listed) > MAX_RULE_EXAMPLES:
            raise YamlError(
                line_of(node), f"A rule takes at most {MAX_RULE_EXAMPLES} examples. Leave some out."
            )
        read = [self._read(each, self._example, None) for each in listed]
        return tuple(example for example in read if example is not None)

    def _example(self, node: yaml.Node) -> FileExample:
        advice = "Write an example as `- text: ...` or `- file: ...`."
        given, are_known = self._mapping(node, EXAMPLE_KEYS, advice)
        if not are_known:
            return FileExample()
        if len(given) != 1:
            raise YamlError(line_of(node), f"An example has one of text, file, file_id. {advice}")
        if "text" in given:
            text = _checked(given["text"], "text", 1, MAX_EXAMPLE_TEXT, check_text)
            return FileExample(text=text)
        if "file_id" in given:
            return FileExample(file_id=self._file_id(given["file_id"]))
        return self._example_file(given["file"])

    def _file_id(self, node: yaml.Node) -> UUID:
        try:
            return parse_file_id(str(getattr(node, "value", "")))
        except ValueError as error:
            raise YamlError(line_of(node), str(error)) from None

    def _example_file(self, node: yaml.Node) -> FileExample:
        written, line = read_text(node, "file"), line_of(node)
        if self._folder is None:
            raise YamlError(line, "There is no folder for this file. Upload it, and write file_id.")
        try:
            path, folder = (self._folder / written).resolve(), self._folder.resolve()
            is_file = path.is_file()
        except (OSError, ValueError, RuntimeError):
            raise YamlError(line, f"{written} is not the path of a file.") from None
        # Rules are passed on: those of a stranger must not send /etc/passwd to a server.
        if not path.is_relative_to(folder) or Path(written).is_absolute():
            raise YamlError(
                line, f"{written} is outside the folder of the rules. Copy it beside the rules."
            )
        if not is_file:
            raise YamlError(line, f"The example {written} does not exist beside the rules.")
        return FileExample(path=path, written=written)


def _list(node: yaml.Node, name: str) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise YamlError(
            line_of(node), f"`{name}` is not a list. Begin each entry with a hyphen and a blank."
        )
    return list(node.value)


def _type(node: yaml.Node) -> str:
    return _checked(node, "type", 1, MAX_TYPE, check_type)


def _description(node: yaml.Node) -> str:
    return _checked(node, "description", MIN_DESCRIPTION, MAX_DESCRIPTION, check_text)


def _text(node: yaml.Node, name: str, least: int, most: int) -> str:
    value = read_text(node, name)
    if not least <= len(value) <= most:
        raise YamlError(
            line_of(node),
            f"`{name}` has {counted(len(value), 'character')}. Write {least} to {most}.",
        )
    return value


def _checked(node: yaml.Node, name: str, least: int, most: int, check: Callable[[str], str]) -> str:
    value = _text(node, name, least, most)
    try:
        return check(value)
    except ValueError as error:
        raise YamlError(line_of(node), str(error)) from None
