"""The controls of forms in OpenDocument files: OASIS ODF 1.3 part 3, 13."""

from collections.abc import Callable, Mapping

from worker.parsing.readers.office.opendocument.names import FORM_IDS, FORM_SELECTED, FORM_VALUES

Attributes = Mapping[str, str]
_MAX_CHARACTERS = 5_000


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
