"""Reading YAML of strangers: a small part of YAML 1.1, with sentences that name the line.

Without anchors and aliases, whose expansion could fill the memory, without tags, which name
classes, and without a key twice, of which a reader would silently drop one.
"""

from collections.abc import Iterator

import yaml

from app.text import SURROGATES

# As many as the body of a request may have.
MAX_BYTES = 1024 * 1024
# More than any schema here has levels.
MAX_DEPTH = 20

_TEXT = "tag:yaml.org,2002:str"
_KINDS = {
    "tag:yaml.org,2002:bool": "yes or no",
    "tag:yaml.org,2002:int": "a number",
    "tag:yaml.org,2002:float": "a number",
    "tag:yaml.org,2002:null": "nothing",
    "tag:yaml.org,2002:timestamp": "a date",
    "tag:yaml.org,2002:merge": "a merge key",
    "tag:yaml.org,2002:value": "a value key",
}
# Parts of PyYAML's messages, and what to tell the person who wrote the file.
_PROBLEMS = {
    "'\\t'": "A tab indents this line. Indent with spaces.",
    "mapping values are not allowed": (
        "There is a colon where YAML expects text. Put the whole text in quotes, or indent the "
        "line as those beside it."
    ),
    "expected <block end>": (
        "This line does not fit those above it. Indent it as those beside it; text that begins "
        "with a quote ends with it."
    ),
    "could not find expected ':'": "A colon is missing, as in `type: invoice`.",
    "found unexpected end of stream": "A quote is opened and not closed. Close it.",
    "expected ',' or": "A bracket is opened and not closed. Close it.",
    "but found another document": "The file has a second document. Remove the line `---`.",
    "sequence entries are not allowed": (
        "Text cannot begin with `- `. Put the whole text in quotes, or begin a new line."
    ),
    "cannot start any token": "YAML does not let text begin with this character. Put it in quotes.",
}


class YamlError(Exception):
    """The text cannot be read: its line, counted from 1, and what is wrong and what to do."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


def compose(data: bytes) -> yaml.Node:
    """Return the root of the only document; raises YamlError.

    The keys of its mappings are texts and differ from each other.
    """
    text = _decode(data)
    try:
        _check_events(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(1 if mark is None else mark.line + 1, _explain(error)) from None
    except yaml.YAMLError as error:
        raise YamlError(1, f"This is not YAML: {error}") from None
    if node is None:
        raise YamlError(1, "The file is empty. Write at least `rules:` and one rule.")
    _check_keys(node)
    return node


def line_of(node: yaml.Node) -> int:
    """Return the line of a node, counted from 1."""
    return int(node.start_mark.line) + 1


def entries(node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    """Return the name, the key and the value of each entry of a mapping."""
    for key, value in node.value:
        yield key.value, key, value


def read_text(node: yaml.Node, name: str) -> str:
    """Return a text; raises YamlError for what YAML takes for something else, such as `no`."""
    if not isinstance(node, yaml.ScalarNode):
        raise YamlError(line_of(node), f"`{name}` is not a text. Write one text.")
    if node.tag == _TEXT:
        return str(node.value)
    if is_null(node):
        raise YamlError(line_of(node), f"`{name}` is empty. Write a text.")
    kind = _KINDS.get(node.tag, "something else")
    raise YamlError(
        line_of(node),
        f'YAML takes {node.value} without quotes for {kind}. Write `{name}: "{node.value}"`.',
    )


def read_number(node: yaml.Node, name: str) -> float:
    """Return a number; raises YamlError."""
    value = getattr(node, "value", None)
    if isinstance(node, yaml.ScalarNode) and node.tag in {
        "tag:yaml.org,2002:int",
        "tag:yaml.org,2002:float",
    }:
        try:
            return float(str(value))
        except ValueError:
            pass
    raise YamlError(line_of(node), f"`{name}` is not a number. Write a number such as 0.8 or 5.")


def read_flag(node: yaml.Node, name: str) -> bool:
    """Return true or false; raises YamlError."""
    if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:bool":
        return str(node.value).lower() in {"true", "yes", "on"}
    raise YamlError(line_of(node), f"`{name}` is true or false. Write one of the two.")


def read_whole(node: yaml.Node, name: str) -> int:
    """Return a whole number in decimal digits; raises YamlError."""
    if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:int":
        try:
            return int(str(node.value), 10)
        except ValueError:
            pass
    raise YamlError(line_of(node), f"`{name}` is not a whole number. Write a number such as 5.")


def is_null(node: yaml.Node) -> bool:
    """Tell whether a value is missing, as in `name:` without text."""
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _check_events(text: str) -> None:
    """Refuse what takes memory or names classes, before anything is composed."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        mark = event.start_mark
        line = 1 if mark is None else mark.line + 1
        if getattr(event, "anchor", None) is not None:
            raise YamlError(
                line,
                "Anchors (&) and aliases (*) are not read here. Write the text out, or put text "
                "that begins with & or * in quotes.",
            )
        if getattr(event, "tag", None) is not None:
            raise YamlError(
                line,
                "Tags (!) are not read here. Remove it, or put text that begins with ! in quotes.",
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise YamlError(line, "There are too many levels of lists and brackets. Remove some.")


def _check_keys(node: yaml.Node) -> None:
    """Refuse keys that are not text, and repeated keys."""
    if isinstance(node, yaml.SequenceNode):
        for each in node.value:
            _check_keys(each)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != _TEXT:
                raise YamlError(line_of(key), "A key is not a text. Write one such as `type`.")
            if key.value in seen:
                raise YamlError(
                    line_of(key), f"The key `{key.value}` is repeated. Remove one of them."
                )
            seen.add(key.value)
            _check_keys(value)


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise YamlError(1, "The file is larger than 1 MiB. Put long examples into their own files.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise YamlError(1, "The file is in UTF-16. Save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise YamlError(line, "This line is not in UTF-8. Save the file as UTF-8.") from None
    control = yaml.reader.Reader.NON_PRINTABLE.search(text) or SURROGATES.search(text)
    if control is not None:
        line = text.count("\n", 0, control.start()) + 1
        raise YamlError(line, f"There is a control character, U+{ord(control[0]):04X}. Remove it.")
    return text


def _explain(error: yaml.MarkedYAMLError) -> str:
    whole = f"{error.context or ''} {error.problem or ''}"
    for part, sentence in _PROBLEMS.items():
        if part in whole:
            return sentence
    return f"This is not YAML: {error.problem or error.context}."
