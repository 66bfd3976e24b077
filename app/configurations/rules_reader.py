"""Read rules files: the first mistake is reported with its line."""

from collections.abc import Callable, Collection
from difflib import get_close_matches
from pathlib import Path
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

MAX_NAME = 255
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

    `folder` holds the examples' files; None where there is none, such as behind a form.
    """
    try:
        return _Reader(folder).read(compose(data))
    except YamlError as error:
        sentence = escape_line(error.sentence)
        raise RulesFileError(f"{name}, line {error.line}: {sentence}") from None


class _Reader:
    """From nodes to values: the first mistake raises YamlError with its line."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def read(self, root: yaml.Node) -> RulesFile:
        given = _mapping(root, FILE_KEYS, "Begin with `rules:` at the left edge.")
        self._check_version(given.get("version"))
        if "rules" not in given:
            raise YamlError(line_of(root), "`rules` is missing. Write `rules:` and one rule.")
        return RulesFile(
            rules=self._rules(given["rules"]),
            name=self._name(given.get("name")),
            min_confidence=self._min_confidence(given.get("min_confidence")),
            mode=self._mode(given.get("mode")),
            lang=self._lang(given.get("lang")),
            max_pages=self._max_pages(given.get("max_pages")),
            target_pages=self._target_pages(given.get("target_pages")),
            learn=self._learn(given.get("learn")),
        )

    def _check_version(self, node: yaml.Node | None) -> None:
        if node is not None and read_whole(node, "version") != VERSION:
            raise YamlError(line_of(node), "This release reads version 1. Write `version: 1`.")

    def _name(self, node: yaml.Node | None) -> str | None:
        return None if node is None or is_null(node) else _text(node, "name", 1, MAX_NAME)

    def _min_confidence(self, node: yaml.Node | None) -> float | None:
        if node is None or is_null(node):
            return None
        value = read_number(node, "min_confidence")
        if not 0 <= value <= 1:
            raise YamlError(line_of(node), "`min_confidence` is from 0 to 1, such as 0.8.")
        return value

    def _learn(self, node: yaml.Node | None) -> bool | None:
        return None if node is None or is_null(node) else read_flag(node, "learn")

    def _mode(self, node: yaml.Node | None) -> Mode:
        mode = "FAST" if node is None else read_text(node, "mode")
        if mode == "FAST":
            return "FAST"
        if mode == "MULTIMODAL":
            return "MULTIMODAL"
        line = 0 if node is None else line_of(node)
        raise YamlError(line, f"There is no mode {mode!r}. Write FAST or MULTIMODAL.")

    def _lang(self, node: yaml.Node | None) -> str | None:
        if node is None or is_null(node):
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

    def _max_pages(self, node: yaml.Node | None) -> int:
        if node is None:
            return DEFAULT_MAX_PAGES
        value = 0 if is_null(node) else read_whole(node, "max_pages")
        if not 0 <= value <= MAX_MAX_PAGES:
            raise YamlError(line_of(node), "`max_pages` is a number of pages, 0 for all.")
        return value

    def _target_pages(self, node: yaml.Node | None) -> tuple[int, ...] | None:
        if node is None or is_null(node):
            return None
        # `3` is as good as "3"; YAML 1.1 also reads 1:30 as a number, which parse_ranges refuses.
        given = str(getattr(node, "value", ""))
        try:
            return parse_ranges(given)
        except ValueError as error:
            raise YamlError(line_of(node), str(error)) from None

    def _rules(self, node: yaml.Node) -> tuple[FileRule, ...]:
        rules = tuple(self._rule(each) for each in _list(node, "rules"))
        if not rules:
            raise YamlError(line_of(node), "Give at least one rule.")
        for name in find_repeated([rule.type for rule in rules]):
            lines = [rule.line for rule in rules if rule.type == name]
            raise YamlError(
                lines[1], f"The type {name!r} has a rule in line {lines[0]}, too. Remove one."
            )
        if sum(len(rule.examples) for rule in rules) > MAX_JOB_EXAMPLES:
            raise YamlError(
                line_of(node), f"A job takes at most {MAX_JOB_EXAMPLES} examples. Leave some out."
            )
        return rules

    def _rule(self, node: yaml.Node) -> FileRule:
        given = _mapping(node, RULE_KEYS, "Write a rule as `- type: ...` and `description: ...`.")
        for key in ("type", "description"):
            if key not in given:
                raise YamlError(line_of(node), f"`{key}` is missing in this rule. Add it.")
        examples = _list(given["examples"], "examples") if "examples" in given else []
        if len(examples) > MAX_RULE_EXAMPLES:
            raise YamlError(
                line_of(given["examples"]),
                f"A rule takes at most {MAX_RULE_EXAMPLES} examples. Leave some out.",
            )
        return FileRule(
            type=_checked(given["type"], "type", 1, MAX_TYPE, check_type),
            description=_checked(
                given["description"], "description", MIN_DESCRIPTION, MAX_DESCRIPTION, check_text
            ),
            examples=tuple(self._example(each) for each in examples),
            line=line_of(node),
        )

    def _example(self, node: yaml.Node) -> FileExample:
        advice = "Write an example as `- text: ...` or `- file: ...`."
        given = _mapping(node, EXAMPLE_KEYS, advice)
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
            return UUID(str(getattr(node, "value", "")).removeprefix("dfl-"))
        except ValueError:
            raise YamlError(
                line_of(node), "Not a file id. Upload the file and use the id of the answer."
            ) from None

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


def _mapping(node: yaml.Node, keys: Collection[str], advice: str) -> dict[str, yaml.Node]:
    """Return the values by key; raises YamlError for other nodes and for unknown keys."""
    if not isinstance(node, yaml.MappingNode):
        raise YamlError(line_of(node), f"YAML does not see keys and values here. {advice}")
    given = {}
    for name, key, value in entries(node):
        if name not in keys:
            near = get_close_matches(name, keys, n=1)
            hint = f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(keys)}."
            raise YamlError(line_of(key), f"There is no `{name}` here. {hint}")
        given[name] = value
    return given


def _list(node: yaml.Node, name: str) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise YamlError(
            line_of(node), f"`{name}` is not a list. Begin each entry with a hyphen and a blank."
        )
    return list(node.value)


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
