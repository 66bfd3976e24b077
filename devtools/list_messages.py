"""List every sentence that operators and clients may read: `python -m devtools.list_messages`.

One sentence a line with its file and line, in groups. Expressions within a sentence stand in
braces. The last group holds what no other group claims: texts of four or more words.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from devtools.source_tree import read_working_tree

PACKAGES = ("app/", "worker/", "cli/")
MIN_WORDS = 4
# Longer texts without punctuation are lists of words.
MAX_WORDS_UNPUNCTUATED = 15
# Longer tuples, lists and sets of plain texts are lists of phrases.
MAX_PLAIN_TEXTS = 4

LOGS = "Log messages"
HELP = "Help of the command"
PRINTED = "Printed by the command"
ERRORS = "Error sentences"
SETTINGS = "Descriptions of settings"
API = "Descriptions in the API"
METRICS = "Help of metrics"
OTHER = "Other texts of four and more words"
GROUPS = (LOGS, HELP, PRINTED, ERRORS, SETTINGS, API, METRICS, OTHER)

LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
LOGGERS = {"log", "logger", "logging"}
PRINT_METHODS = {"echo", "secho", "print", "Table", "Column"}
METRIC_CLASSES = {"Counter", "Gauge", "Histogram"}
# The second argument is the help.
GROUP_FACTORIES = {"administration_group"}
HELP_KEYWORDS = {"help", "short_help", "epilog", "prompt"}
API_KEYWORDS = {"description", "summary", "response_description"}
ROUTE_METHODS = {"get", "post", "put", "patch", "delete", "api_route"}
# These take an error sentence and are not exception classes of these packages.
ERROR_CALLS = {"Failed", "FileFailure", "HTTPException", "ValueError", "RuntimeError", "fail"}


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence of one group and the place where it is written."""

    group: str
    path: str
    line: int
    text: str


def list_messages(sources: Mapping[str, str]) -> list[Message]:
    """Return every message of the files, in the order of groups, files and lines."""
    trees = {path: ast.parse(text) for path, text in sources.items()}
    error_calls = ERROR_CALLS | _error_classes(trees.values())
    found = [
        message for path, tree in trees.items() for message in _File(path, tree, error_calls).read()
    ]
    return sorted(found, key=lambda each: (GROUPS.index(each.group), each.path, each.line))


class _File:
    """The messages of one file; a literal that one group has claimed is in no later group."""

    def __init__(self, path: str, tree: ast.Module, error_calls: set[str]) -> None:
        self._path = path
        self._tree = tree
        self._error_calls = error_calls
        self._claimed = set(_docstrings(tree))

    def read(self) -> Iterator[Message]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.FunctionDef):
                yield from self._of_function(node)
            elif isinstance(node, ast.Call):
                yield from self._of_call(node)
            elif isinstance(node, ast.Tuple | ast.List | ast.Set) and _is_phrase_list(node):
                self._claimed.update(node.elts)
        for node in ast.walk(self._tree):
            if isinstance(node, ast.expr) and node not in self._claimed and _is_text(node):
                if _is_sentence(_render(node)):
                    yield self._message(OTHER, node)
                self._claimed.update(ast.walk(node))

    def _of_function(self, function: ast.FunctionDef) -> Iterator[Message]:
        """Docstrings that click and FastAPI publish."""
        text = ast.get_docstring(function)
        names = {_called(each) for each in function.decorator_list}
        if text and names & {"command", "group"}:
            yield Message(HELP, self._path, function.lineno, " ".join(text.split()))
        elif text and names & ROUTE_METHODS and self._path.startswith("app/"):
            yield Message(API, self._path, function.lineno, " ".join(text.split()))

    def _of_call(self, call: ast.Call) -> Iterator[Message]:
        name = _called(call)
        keywords = {each.arg: each.value for each in call.keywords if each.arg}
        described = SETTINGS if self._path.startswith("app/settings") else API
        yield from self._claim(HELP, [keywords[key] for key in HELP_KEYWORDS & keywords.keys()])
        yield from self._claim(described, [keywords[key] for key in API_KEYWORDS & keywords.keys()])
        if name in LOG_METHODS and _receiver(call) in LOGGERS:
            yield from self._claim(LOGS, call.args)
        elif name in self._error_calls:
            yield from self._claim(ERRORS, [*call.args, *keywords.values()])
        elif name in PRINT_METHODS:
            yield from self._claim(PRINTED, call.args)
        elif name in METRIC_CLASSES:
            yield from self._claim(METRICS, call.args[1:2])
        elif name in GROUP_FACTORIES:
            yield from self._claim(HELP, call.args[1:2])

    def _claim(self, group: str, nodes: Iterable[ast.expr]) -> Iterator[Message]:
        """Yield a message for each node, and keep its literals from later groups.

        A node counts if it holds a text; those of errors and of prints need a blank in it.
        """
        needed = " " if group in {ERRORS, PRINTED} else ""
        for node in nodes:
            parts = [each for each in ast.walk(node) if isinstance(each, ast.expr)]
            has_text = any(_is_text(part) and needed in _render(part) for part in parts)
            if node in self._claimed or not has_text:
                continue
            self._claimed.update(ast.walk(node))
            yield self._message(group, node)

    def _message(self, group: str, node: ast.expr) -> Message:
        return Message(group, self._path, node.lineno, " ".join(_render(node).split()))


def _error_classes(trees: Iterable[ast.Module]) -> set[str]:
    """Return the names of the exception classes that the files define."""
    classes = {
        node.name: {_name(base) for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"Exception", "ClickException", "UsageError"}
    while more := {name for name, bases in classes.items() if bases & found} - found:
        found |= more
    return found


def _docstrings(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _is_text(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return True
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(node.value)


def _is_phrase_list(node: ast.Tuple | ast.List | ast.Set) -> bool:
    is_plain = all(isinstance(each, ast.Constant) and _is_text(each) for each in node.elts)
    return is_plain and len(node.elts) > MAX_PLAIN_TEXTS


def _is_sentence(text: str) -> bool:
    words = len(text.split())
    return words >= MIN_WORDS and (
        words <= MAX_WORDS_UNPUNCTUATED or any(c in text for c in ".,:;")
    )


def _render(node: ast.expr) -> str:
    """Return an expression as the sentence that it makes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_render(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return f"{{{ast.unparse(node.value)}}}"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _render(node.left) + _render(node.right)
    return f"{{{ast.unparse(node)}}}"


def _called(node: ast.expr) -> str:
    """Return the last name of what is called: `warning` for `log.warning(...)`."""
    return _name(node.func if isinstance(node, ast.Call) else node)


def _receiver(call: ast.Call) -> str:
    return _name(call.func.value).lstrip("_") if isinstance(call.func, ast.Attribute) else ""


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def main() -> None:
    sources = read_working_tree()
    messages = list_messages(
        {path: text for path, text in sources.items() if path.startswith(PACKAGES)}
    )
    for group in GROUPS:
        members = [each for each in messages if each.group == group]
        print(f"\n# {group}: {len(members)}")
        for each in members:
            print(f"{each.path}:{each.line}: {each.text}")


if __name__ == "__main__":
    main()
