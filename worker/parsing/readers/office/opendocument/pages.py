"""Slides, master pages with their headers and footers, and styles.

OASIS ODF 1.3 part 3, 10.2 and 16.
"""

from collections.abc import Iterator

from worker.parsing.readers.office.opendocument import names
from worker.parsing.readers.office.opendocument.names import full, full_names
from worker.parsing.readers.office.opendocument.styles import PROPERTIES
from worker.parsing.readers.office.opendocument.text import (
    Attributes,
    DocumentText,
    End,
    Page,
    Start,
    ignore,
)

_HEADERS = (
    *full_names("style", "header header-left header-first"),
    *full_names("loext", "header-first header-left"),
)
_FOOTERS = (
    *full_names("style", "footer footer-left footer-first"),
    *full_names("loext", "footer-first footer-left"),
)


class Pages:
    """Reads slides as pages, and what master pages put on pages."""

    def __init__(self, text: DocumentText) -> None:
        self._text = text
        self._declarations: dict[tuple[str, str], str] = {}

    def starts(self) -> dict[str, Start]:
        """Return what to do at each start tag."""
        return {
            full("draw:page"): self._slide,
            full("presentation:notes"): self._notes,
            full("presentation:footer-decl"): self._declaration("footer"),
            full("presentation:date-time-decl"): self._declaration("date-time"),
            full("style:style"): self._style,
            **{name: self._properties(name) for name in PROPERTIES},
            full("style:master-page"): self._master_page,
            **dict.fromkeys(_HEADERS, self._margin(is_header=True)),
            **dict.fromkeys(_FOOTERS, self._margin(is_header=False)),
        }

    def _slide(self, attributes: Attributes) -> End:
        text, name = self._text, attributes.get(names.DRAW_MASTER)
        is_master_new = name not in text.used_masters
        text.used_masters[name] = None
        text.begin_flow()

        def end() -> None:
            texts = [text.end_flow().text(), *self._declared(attributes)]
            master = text.styles.masters.get(name or "")
            if master is not None and is_master_new:
                texts += master.texts
            text.pages.append(Page("\n".join(filter(None, texts))))

        return end

    def _declared(self, attributes: Attributes) -> Iterator[str]:
        """Yield the footer and the date that a slide shows."""
        hidden = self._text.styles.hidden_fields(attributes.get(names.DRAW_STYLE))
        for name, kind in names.USED_DECLARATIONS.items():
            if name in attributes and kind not in hidden:
                yield self._declarations.get((kind, attributes[name]), "")

    def _declaration(self, kind: str) -> Start:
        def start(attributes: Attributes) -> End:
            self._text.begin_flow()
            self._text.begin_paragraph()

            def end() -> None:
                found = self._text.end_flow().text()
                self._declarations[kind, attributes.get(names.DECLARATION, "")] = found

            return end

        return start

    def _notes(self, attributes: Attributes) -> End | None:
        del attributes
        return None if self._text.master is None else ignore

    def _style(self, attributes: Attributes) -> None:
        self._text.styles.add_style(attributes)

    def _properties(self, name: str) -> Start:
        def start(attributes: Attributes) -> None:
            self._text.styles.add_properties(name, attributes)

        return start

    def _master_page(self, attributes: Attributes) -> End:
        self._text.master = master = self._text.styles.add_master(attributes)
        self._text.begin_flow()

        def end() -> None:
            self._text.master = None
            found = self._text.end_flow().text()
            if found:
                master.texts.append(found)

        return end

    def _margin(self, *, is_header: bool) -> Start:
        def start(attributes: Attributes) -> End:
            master = self._text.master
            if master is None or attributes.get(names.DISPLAY) == "false":
                return ignore
            self._text.begin_flow()

            def end() -> None:
                found = self._text.end_flow().text()
                (master.headers if is_header else master.footers).append(found)

            return end

        return start
