"""Reads HTML: the visible text, without markup, scripts and hidden parts."""

import html
import re
from dataclasses import dataclass, replace

from worker.parsing.document import Document
from worker.parsing.readers.descriptions import is_file_name
from worker.parsing.readers.document_builder import build_text_document, sanitize
from worker.parsing.readers.encodings.decoding import declared_encoding, decode
from worker.parsing.readers.markup.boxes import BREAKS, StyledBoxes
from worker.parsing.readers.markup.choices import show_choices
from worker.parsing.readers.markup.formula_signs import SIGNED, FormulaSigns
from worker.parsing.readers.markup.frames import framed_markup
from worker.parsing.readers.markup.hidden import HidingTags, find_hidden_end, is_hiding
from worker.parsing.readers.markup.ordered_lists import OrderedLists
from worker.parsing.readers.markup.rubies import RUBY, Rubies
from worker.parsing.readers.markup.style_sheets import HiddenNames, read_hidden_names
from worker.parsing.readers.markup.symbols import show_symbols
from worker.parsing.readers.source import Source

_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w:-]+)", re.IGNORECASE)
_CHARSET_WITHIN = 4096
# Inline XBRL reports (SEC filings) hold hundreds of kilobytes of facts in a hidden header; formulas
# repeat themselves as annotations.
_HIDDEN = frozenset({"script", "style", "ix:header", "annotation", "annotation-xml"})
# Only browsers without scripts or frames show these.
_WITHOUT_SCRIPTS = frozenset({"noframes", "noscript", "template"})
# The title and description of a drawing are shown by a pointer only.
_HIDDEN_IN_DRAWINGS = frozenset({"title", "desc", "metadata"})
# Choices that appear while one types, windows that a script opens, and what browsers show that
# know no films, sounds, drawings or gauges.
_SHOWN_LATER = frozenset({"audio", "canvas", "datalist", "dialog", "meter", "progress", "video"})
# Two of these side by side are two things, however close they are in the markup.
_SEPARATE = frozenset({"a", "label"})
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_SKIPPED = _HIDDEN | _WITHOUT_SCRIPTS | _HIDDEN_IN_DRAWINGS
_SKIPPED_TAGS = {name: re.compile(rf"<(/?){name}(?=[\s/>])", re.IGNORECASE) for name in _SKIPPED}
_RAW = frozenset({"script", "style"})
_HEADINGS = frozenset({"title", "h1", "h2", "h3"})
# A longer one was never closed.
_MAX_HEADINGS, _MAX_HEADING_CHARACTERS = 60, 200
# More hidden text than this, and than is shown, waits for a script.
_FEW_HIDDEN_LETTERS = 300
_SPACE = re.compile(r"\s+")
# Soft hyphens and other marks without width, which say where words may be broken.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_QUOTED_OR_END = re.compile(r"=\s*([\"'])|>")
_ATTRIBUTE = re.compile(r"""([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?""")
_TICKED = frozenset({"checkbox", "radio"})
_SHOWS_NO_VALUE = frozenset(
    {"hidden", "password", "checkbox", "radio", "file", "image", "range", "color"}
)
_LISTS = frozenset({"ol", "ul", "menu"})
_WITH_ATTRIBUTES = _LISTS | {"li", "input", "iframe", "img", "optgroup"}
_CDATA = "<![CDATA["
# As in browsers, a comment may end with its first dashes, or by mistake with a mark.
_COMMENT_END = re.compile(r"--!?>")


@dataclass(frozen=True, slots=True)
class VisibleText:
    """The text of a page, its headings, and a sentence about what is not in the text, if any."""

    text: str
    headings: tuple[str, ...]
    lost: str = ""


def read_html(source: Source) -> Document:
    """Read an HTML file; a page has about 3000 characters of its visible text.

    Raises FileError (`no_such_pages`).
    """
    data = source.read_all()
    declared = _CHARSET.search(data[:_CHARSET_WITHIN])
    hint = declared.group(1).decode("ascii", "replace") if declared else declared_encoding(data)
    found = _read_markup(sanitize(decode(data, hint)))
    return build_text_document(source, found.text, found.headings, [found.lost] * bool(found.lost))


def visible_text(
    markup: str, *, shows_pictures: bool = False, is_mail: bool = False
) -> tuple[str, tuple[str, ...]]:
    """Return the text of HTML markup, the title and the body, and its headings.

    `shows_pictures` tells that the pictures are there, too: otherwise their descriptions are shown.
    A mail that `is_mail` may begin with hidden text, which mail programs show in their lists.

    The text has one line for each block. Where scripts would write the whole body, it is what
    browsers show without scripts. At most 60 headings are returned. Takes time in proportion to
    the length, also for tags and quotes that are never closed.
    """
    found = _read_markup(markup, shows_pictures=shows_pictures, is_mail=is_mail)
    return found.text, found.headings


def _read_markup(
    markup: str, *, shows_pictures: bool = False, is_mail: bool = False
) -> VisibleText:
    markup = show_choices(show_symbols(markup))
    page = _Page(markup, shows_pictures=shows_pictures, is_mail=is_mail)
    found = page.read()
    few = max(_FEW_HIDDEN_LETTERS, len(found.text)) if page.has_body else 0
    if page.hidden_letters > few:
        # Scripts show it: tabs, answers to questions, whole pages once they are loaded.
        page = _Page(markup, shows_pictures=shows_pictures, leaves_out_hidden=False)
        found = page.read()
    if page.has_body:
        return found
    without_scripts = _Page(markup, runs_scripts=False).read()
    if len(without_scripts.text) <= len(found.text):
        return found
    return replace(without_scripts, lost=found.lost)


class _Page:
    """Collects the visible text of markup in one pass."""

    def __init__(
        self,
        markup: str,
        *,
        runs_scripts: bool = True,
        shows_pictures: bool = False,
        leaves_out_hidden: bool = True,
        is_mail: bool = False,
    ) -> None:
        self._markup = markup
        self._runs_scripts = runs_scripts
        self._shows_pictures = shows_pictures
        self._leaves_out_hidden = leaves_out_hidden
        self._is_mail = is_mail
        self.hidden_letters = 0
        self._hidden_names = read_hidden_names(markup) if leaves_out_hidden else HiddenNames()
        self._hiding = HidingTags(markup, self._hidden_names)
        self._pieces: list[str] = []
        self._headings: list[str] = []
        self._heading_start: int | None = None
        self._preformatted = 0
        self._drawings = 0
        self._title = False
        self._has_frames = self._has_picture = self._has_script = False
        self._rubies = Rubies(self._pieces)
        self._lists = OrderedLists()
        self._formula_signs = FormulaSigns()
        self._boxes = StyledBoxes(markup)
        self._label = ""
        self.has_body = False

    def read(self) -> VisibleText:
        markup = self._markup
        position = 0
        while (start := markup.find("<", position)) >= 0:
            self._add_text(markup[position:start])
            tag = _TAG.match(markup, start)
            if tag is None:
                position = self._skip_markup(start)
                continue
            is_end, name = tag.group(1) == "/", tag.group(2).lower()
            position = _find_tag_end(markup, tag.end())
            unseen_end = None if is_end else self._find_unseen_end(name, tag.end(), position)
            if unseen_end is None:
                self._add_tag(name, is_end, tag.end(), position)
            else:
                position = unseen_end
        self._add_text(markup[position:])
        self._rubies.end_readings()
        headings = map(_tidy, self._headings)
        return VisibleText(
            _tidy("".join(self._pieces)),
            tuple(each for each in headings if 0 < len(each) <= _MAX_HEADING_CHARACTERS),
            "" if self.has_body else self._missing(),
        )

    def _missing(self) -> str:
        """Return a sentence about a page without text, nothing for an empty one."""
        if self._has_frames:
            return "the page only shows other files in its frames: upload these files"
        if self._has_picture:
            return "the page consists of pictures, which were not read"
        if self._has_script:
            return "the text of the page is written by scripts, which were not run"
        return ""

    def _find_unseen_end(self, name: str, start: int, end: int) -> int | None:
        """Return where an element ends that nobody sees; None for one that is shown.

        The attributes of its start tag are between `start` and `end`.
        """
        if self._is_skipped(name, start, end):
            is_whole = self._markup[end - 2] == "/"
            return end if is_whole else _find_element_end(self._markup, end, name)
        if self._leaves_out_hidden and (name in _SHOWN_LATER or self._hiding.has(start, end)):
            return self._find_hidden_end(name, start, end)
        return None

    def _is_skipped(self, name: str, start: int, end: int) -> bool:
        self._has_script |= name == "script"
        if name in _WITHOUT_SCRIPTS:
            # The content of a component (declarative shadow DOM) is shown at once.
            return self._runs_scripts and "shadowroot" not in self._markup[start:end]
        return name in _HIDDEN or (self._drawings > 0 and name in _HIDDEN_IN_DRAWINGS)

    def _find_hidden_end(self, name: str, start: int, end: int) -> int | None:
        """Return where an element ends that its attributes hide; None for one that is shown."""
        attributes = _attributes(self._markup, start, end)
        is_closed = name in _SHOWN_LATER and "open" not in attributes
        if not is_closed and not is_hiding(attributes, self._hidden_names):
            return None
        found = find_hidden_end(self._markup, end, name)
        if found is None:
            # Its end tag is lost, and so would be the rest of the page.
            self._leaves_out_hidden = False
            return None
        if self._is_mail and not self.has_body and found[1]:
            return None
        self.hidden_letters += found[1]
        self._pieces.append(BREAKS.get(name, ""))
        return found[0]

    def _add_tag(self, name: str, is_end: bool, start: int, end: int) -> None:
        is_whole = self._markup[end - 2] == "/"
        self._track(name, is_end=is_end, is_whole=is_whole)
        if name in RUBY:
            self._rubies.follow(name, is_end=is_end)
        elif name in BREAKS and not self._rubies.is_open:
            self._rubies.end_readings()
        if name in _HEADINGS:
            if self._heading_start is not None and len(self._headings) < _MAX_HEADINGS:
                self._headings.append("".join(self._pieces[self._heading_start :]))
            self._heading_start = None if is_end else len(self._pieces)
        self._add_break(name, is_end, start, end)
        if name in SIGNED or self._formula_signs.is_open:
            self._pieces.append(self._formula_signs.follow(name, is_end=is_end, is_whole=is_whole))
        if name in _WITH_ATTRIBUTES:
            attributes = _attributes(self._markup, start, end)
            if name in _LISTS or name == "li":
                self._list(name, is_end=is_end, attributes=attributes)
            elif not is_end:
                self._add_replaced(name, attributes)

    def _add_break(self, name: str, is_end: bool, start: int, end: int) -> None:
        """Add what sets an element apart at one of its tags."""
        if name in BREAKS:
            self._pieces.append(BREAKS[name])
        elif self._boxes.is_used:
            self._pieces.append(self._boxes.follow(name, is_end, start, end))
        if name in _SEPARATE and not is_end:
            before = f"</{name}>"
            self._pieces.append(" " * self._markup.endswith(before, 0, start - len(name) - 1))

    def _add_replaced(self, name: str, attributes: dict[str, str]) -> None:
        """Add what stands in the attributes of an element."""
        if name == "input":
            self._add_text(_shown_value(attributes))
        elif name == "iframe":
            self._add_text(html.escape(_Page(framed_markup(attributes)).read().text))
        elif name == "img":
            self._add_picture(attributes)
        else:
            self._add_text(attributes.get("label", ""))

    def _track(self, name: str, *, is_end: bool, is_whole: bool) -> None:
        """Note in which elements the text is; `is_whole` if the tag ends its element itself."""
        change = -1 if is_end else 1
        if name == "pre":
            self._preformatted = max(0, self._preformatted + change)
        elif name == "svg" and not is_whole:
            self._drawings = max(0, self._drawings + change)
        elif name == "title":
            self._title = not (is_end or is_whole)
        self._has_frames |= name == "frame"

    def _list(self, name: str, *, is_end: bool, attributes: dict[str, str]) -> None:
        if name == "li":
            self._label = "" if is_end else self._lists.next_label(attributes)
        elif is_end:
            self._lists.end()
        else:
            self._lists.begin(name, attributes)

    def _add_picture(self, attributes: dict[str, str]) -> None:
        is_there = attributes.get("src", "").lstrip().lower().startswith(("data:", "cid:"))
        self._has_picture |= is_there and not self.has_body
        description = attributes.get("alt", "").strip()
        if not self._runs_scripts:
            # A page of pictures only says in words what is on them.
            self._pieces.append(description)
        elif description and not (is_there or self._shows_pictures or is_file_name(description)):
            # Browsers and mail programs show the words where they lack the picture.
            self._pieces.append(f" {_SPACE.sub(' ', description)} ")

    def _add_text(self, text: str) -> None:
        if not text:
            return
        if not self.has_body and not self._title:
            self.has_body = bool(html.unescape(text).strip())
        if self._label and text.strip():
            self._pieces.append(self._label)
            self._label = ""
        if not self._rubies.is_open:
            self._rubies.end_readings()
        self._pieces.append(text if self._preformatted else _SPACE.sub(" ", text))

    def _skip_markup(self, start: int) -> int:
        """Return the end of a comment or declaration; any other `<` is text."""
        markup = self._markup
        if markup.startswith("<!--", start):
            comment_end = _COMMENT_END.search(markup, start + 2)
            return comment_end.end() if comment_end else len(markup)
        if markup.startswith(_CDATA, start):
            end = markup.find("]]>", start)
            end = len(markup) if end < 0 else end
            self._add_text(html.escape(markup[start + len(_CDATA) : end]))
            return end + 3
        if markup.startswith(("<!", "<?", "</"), start):
            return _find_tag_end(markup, start)
        self._add_text("<")
        return start + 1


def _attributes(markup: str, start: int, end: int) -> dict[str, str]:
    """Return the attributes of a tag by lower-case names, with their references."""
    return {
        name.lower(): double or single or bare
        for name, double, single, bare in _ATTRIBUTE.findall(markup, start, end)
    }


def _shown_value(attributes: dict[str, str]) -> str:
    """Return what a form field shows: a tick, or what was typed in, otherwise the hint."""
    kind = attributes.get("type", "").lower()
    if kind in _TICKED and "checked" in attributes:
        return "☒"
    if kind in _SHOWS_NO_VALUE:
        return attributes.get("alt", "") if kind == "image" else ""
    return attributes.get("value") or attributes.get("placeholder", "")


def _tidy(text: str) -> str:
    text = _INVISIBLE.sub("", html.unescape(text))
    text = re.sub(r"[ \t\xa0]+", " ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _find_tag_end(markup: str, start: int) -> int:
    """Return the position after a tag's `>`, skipping those within quoted values.

    As in browsers, only a quote after `=` begins a value. One that is never closed does not count.
    """
    end = markup.find(">", start) + 1
    if not end:
        return len(markup)
    if markup.count('"', start, end) % 2 == 0 and markup.find("'", start, end) < 0:
        return end
    at = start
    while found := _QUOTED_OR_END.search(markup, at):
        quote = found.group(1)
        if quote is None:
            return found.end()
        closed = markup.find(quote, found.end())
        at = found.end() if closed < 0 else closed + 1
    return len(markup)


def _find_element_end(markup: str, start: int, name: str) -> int:
    """Return the position after the end tag of an element, which may be nested."""
    depth = 1
    for tag in _SKIPPED_TAGS[name].finditer(markup, start):
        # The text of a script may contain anything except its end tag.
        depth += -1 if tag.group(1) else name not in _RAW
        if depth == 0:
            return _find_tag_end(markup, tag.end())
    return len(markup)
