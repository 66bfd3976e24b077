"""The reference of the command, made from the program: `make openapi` writes it."""

import re
import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import click

from cli.main import commands
from cli.tables import JsonOption

PAGE = Path(__file__).parent / "reference" / "command-line.md"
# Verbs whose JSON another page describes.
DESCRIBED_ELSEWHERE = {
    "read": "[See what is read](../how-to/see-what-is-read.md) shows it.",
    "classify": "[a JSON schema](classify-output.schema.json).",
    "sort": "[a JSON schema](sort-output.schema.json).",
}

HEAD = """\
# The command

Made by `make openapi` from the help of the program. `pigeonhole VERB --help` prints the same.

## Exit codes

- **0**: the verb has done what it was asked.
- **1**: it has done its work, and the outcome is not good: a file failed, rules have warnings,
  something is wrong with a server, or a question was answered with no. The verb says when.
- **2**: it has not begun: an option, a setting, a file, a key or a server is wrong. One sentence on
  standard error says what to do.
- **130**: it was interrupted with Ctrl-C. `classify` has printed what was done; `sort` continues
  when it is run again.

## Output

Results go to standard output, everything else to standard error. On a terminal tables are aligned;
a table that is wider than the terminal becomes records of several lines. In a pipe the cells of a
row are separated by tabs, below one line of headings. Control characters in names and texts are
shown as `\\x1b`, and tabs and line feeds as `\\t` and `\\n`.

With `--json` a verb prints JSON in ASCII. Lists are `{"items": [...]}`. Times are ISO 8601 in UTC.
Fields may be added; none is removed or renamed within a version of the program. `audit export`
prints JSON without an option, one event a line.

## Servers

Verbs with `--server` work on a server: the one of `--server`, else of `PIGEONHOLE_URL`, else of
`LLAMA_CLOUD_BASE_URL`. The key is that of `--api-key`, else of `PIGEONHOLE_API_KEY`, or of
`LLAMA_CLOUD_API_KEY` beside `LLAMA_CLOUD_BASE_URL`. `pigeonhole check` says what is wrong when a
server does not answer. Verbs with `--data-dir` work on the database that the settings name.

## Completion

The shell completes verbs and options after one of these lines, which belong in its start-up file:

```sh
eval "$(_PIGEONHOLE_COMPLETE=bash_source pigeonhole)"   # ~/.bashrc
eval "$(_PIGEONHOLE_COMPLETE=zsh_source pigeonhole)"    # ~/.zshrc
_PIGEONHOLE_COMPLETE=fish_source pigeonhole | source    # ~/.config/fish/config.fish
```

A mistyped verb gets a suggestion: `No such command 'sevre'. Did you mean 'serve'?`

## Verbs
"""


def find_verbs() -> list[tuple[str, click.Command]]:
    """Return the verbs that do something, such as `keys list`, with their commands."""
    return list(_walk("", commands, click.Context(commands)))


def examples(command: click.Command) -> list[str]:
    """Return the examples in the help of a verb."""
    return re.findall(r"^.*?(pigeonhole .+?)$", command.epilog or "", re.MULTILINE)


def render() -> str:
    """Return the text of command-line.md."""
    return HEAD + "".join(_render_verb(name, command) for name, command in find_verbs())


def _walk(
    prefix: str, command: click.Command, context: click.Context
) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield prefix, command
        return
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        if child is not None:
            yield from _walk(f"{prefix} {name}".strip(), child, context)


def _render_verb(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"pigeonhole {name}")
    text = (command.help or "").replace("\b\n", "")
    lines = [f"\n### {name}\n", "```", _usage(command, context), "```\n", _paragraphs(text), ""]
    records = [
        record
        for parameter in command.get_params(context)
        if (record := parameter.get_help_record(context)) and record[0] != "--help"
    ]
    if records:
        lines += ["| Option | Meaning |", "| --- | --- |"]
        lines += [f"| `{_cell(option)}` | {_cell(meaning)} |" for option, meaning in records]
        lines.append("")
    lines += ["```sh", *examples(command), "```"]
    lines += _render_json(name, command)
    return "\n".join(lines) + "\n"


def _usage(command: click.Command, context: click.Context) -> str:
    return " ".join([context.info_name or "", *command.collect_usage_pieces(context)])


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _render_json(name: str, command: click.Command) -> list[str]:
    option = next((each for each in command.params if "--json" in each.opts), None)
    if option is None:
        return []
    if not isinstance(option, JsonOption):
        described = DESCRIBED_ELSEWHERE.get(name)
        return [] if described is None else ["", f"With `--json`: {described}"]
    what = "a list, `items`, of" if option.is_list else "one object"
    lines = ["", f"With `--json` {what}:", "", *_render_shape(option.shape)]
    for shape in _nested(option.shape):
        lines += ["", f"`{shape.__name__}`:", "", *_render_shape(shape)]
    return lines


def _render_shape(shape: type) -> list[str]:
    hints = get_type_hints(shape)
    rows = [f"| `{each.name}` | {_type_name(hints[each.name])} |" for each in fields(shape)]
    return [_paragraphs(shape.__doc__ or ""), "", "| Field | Type |", "| --- | --- |", *rows]


def _nested(shape: type) -> list[type]:
    """Return the dataclasses within a shape, each once, in the order of the fields."""
    found: dict[type, None] = {}
    for hint in get_type_hints(shape).values():
        for each in [hint, *get_args(hint)]:
            for inner in [each, *get_args(each)]:
                if isinstance(inner, type) and is_dataclass(inner):
                    found[inner] = None
                    found.update(dict.fromkeys(_nested(inner)))
    return list(found)


def _type_name(hint: Any) -> str:  # noqa: ANN401  # any type hint
    if isinstance(hint, types.UnionType):
        return " or ".join(_type_name(each) for each in get_args(hint))
    if get_origin(hint) in {list, tuple}:
        return f"list of {_type_name(get_args(hint)[0])}"
    names = {str: "text", int: "number", float: "number", bool: "true or false"}
    if hint in names:
        return names[hint]
    if hint is type(None):
        return "null"
    if is_dataclass(hint):
        return f"`{getattr(hint, '__name__', hint)}`"
    return {"UUID": "id", "datetime": "time", "Path": "text"}[hint.__name__]
