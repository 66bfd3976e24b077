"""The properties of shapes in RTF: Microsoft RTF 1.9.1, section on drawing objects."""

_LETTERS = "gtextUNICODE"


class ShapeProperties:
    """Reads names (`sn`) and values (`sv`) of properties, for the letters of decorative text."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._name = ""

    def add(self, text: str) -> None:
        """Add to the name or value that is open."""
        self._pieces.append(text)

    def end(self, destination: bytes) -> str:
        """End a name or a value; return the letters of decorative text if it is these."""
        whole = "".join(self._pieces).strip()
        self._pieces.clear()
        if destination == b"sn":
            self._name = whole
            return ""
        return whole if self._name == _LETTERS else ""
