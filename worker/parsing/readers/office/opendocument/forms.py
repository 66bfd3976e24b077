"""The controls of forms in OpenDocument files: OASIS ODF 1.3 part 3, 13.

Forms that came from Word have fields in the text instead, as an extension of LibreOffice.
"""

from collections.abc import Callable, Mapping

from worker.parsing.readers.field_codes import CHECKED, UNCHECKED
from worker.parsing.readers.office.opendocument.names import (
    FIELD_NAME,
    FIELD_TYPE,
    FIELD_VALUE,
    FORM_IDS,
    FORM_SELECTED,
    FORM_VALUES,
)

Attributes = Mapping[str, str]
_MAX_CHARACTERS = 5_000
_MAX_DIGITS = 6


class Forms:
    """The label and the value of each control by its id; a `draw:control` shows where it is."""

    KINDS = (
        *("text", "textarea", "formatted-text", "number", "date", "time", "fixed-text", "file"),
        *("combobox", "listbox", "button", "checkbox", "radio", "frame", "generic-control"),
        *("option",),
    )

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._current: list[str] = []

    def starter(self, kind: str) -> Callable[[Attributes], None]:
        """Return what to do at the start of a control, or of an option of a list."""
        return self._add_option if kind == "option" else self._add

    def text(self, control: str | None) -> str:
        """Return the label and the value of a control."""
        return " ".join(self._texts.get(control or "", ()))[:_MAX_CHARACTERS]

    def _add(self, attributes: Attributes) -> None:
        found = (attributes.get(name, "").strip() for name in FORM_VALUES)
        self._current = list(dict.fromkeys(text for text in found if text))
        for name in FORM_IDS:
            if name in attributes:
                self._texts[attributes[name]] = self._current

    def _add_option(self, attributes: Attributes) -> None:
        if any(attributes.get(name) == "true" for name in FORM_SELECTED):
            self._current.append(attributes.get(FORM_VALUES[0], ""))


class FormField:
    """A check box or a list within the text, from its start to its end."""

    KIND, PARAMETER = "field:fieldmark", "field:param"

    def __init__(self) -> None:
        self._is_box = False
        self._is_checked = False
        self._entries: list[str] = []
        self._chosen = "0"

    def start(self, attributes: Attributes) -> None:
        """Begin another field."""
        self._is_box = attributes.get(FIELD_TYPE, "").endswith(".FORMCHECKBOX")
        self._is_checked = False
        self._entries, self._chosen = [], "0"

    def add(self, attributes: Attributes) -> None:
        """Take a parameter of the field."""
        name, value = attributes.get(FIELD_NAME), attributes.get(FIELD_VALUE, "")
        if name == "Checkbox_Checked":
            self._is_checked = value == "true"
        elif name == "Dropdown_ListEntry":
            self._entries.append(value)
        elif name == "Dropdown_Selected":
            self._chosen = value[:_MAX_DIGITS]

    def shown(self) -> str:
        """Return what the field shows."""
        if self._is_box:
            return CHECKED if self._is_checked else UNCHECKED
        chosen = int(self._chosen) if self._chosen.isdecimal() else len(self._entries)
        return next(iter(self._entries[chosen : chosen + 1]), "")
