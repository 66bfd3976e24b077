"""The text of the body, a table's cell, a text box or a note, as it grows."""

from dataclasses import dataclass, field

from worker.parsing.readers.field_codes import field_text
from worker.parsing.readers.office.word.styles import Look, Paragraph

# Field codes are short; formulas of damaged files are not.
_MAX_CODES = 200
# Word nests few; in damaged files fields never end.
_MAX_FIELDS = 50


@dataclass(slots=True)
class _Field:
    """A field that has begun: its codes come first, then its result.

    `substitute` stands for a form field without a result; `pieces` were there at its start.
    """

    substitute: str
    pieces: int
    is_in_result: bool = False
    codes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Flow:
    """Text that grows paragraph by paragraph, on one page or more.

    `look` is that of the open paragraph, `run` that of its open run. `after` holds what follows
    the open paragraph: text boxes and notes. `readings` are those of the ruby texts that were
    written last, one after the other: they follow in brackets, so the words stay whole.
    """

    is_hidden: bool = False
    look: Look = field(default_factory=Look)
    run: Look = field(default_factory=Look)
    label: str = ""
    is_list: bool = False
    is_in_ruby: bool = False
    readings: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    _pages: list[list[str]] = field(default_factory=lambda: [[]])
    _pieces: list[str] = field(default_factory=list)
    _fields: list[_Field] = field(default_factory=list)
    _was_list: bool = False
    _letters: dict[int, int] = field(default_factory=dict)
    _bold: int = 0

    def begin(self, look: Look, label: str, is_list: bool) -> None:
        """Begin a paragraph, or continue one whose end was deleted."""
        self.look = self.run = look
        if not self._pieces:
            self.label, self.is_list = label, is_list

    def end_run(self) -> None:
        """End a run: what follows looks as the paragraph does."""
        self.run = self.look

    @property
    def is_shown(self) -> bool:
        """Whether a person sees what is written now."""
        if self.is_hidden or self.run.is_hidden:
            return False
        if not self._fields:
            return True
        # The result of a field within the codes of another one is no text. Text that itself
        # stands among codes is: only the fields of damaged files do not go on to their result.
        return all(each.is_in_result for each in self._fields[:-1])

    def write(self, text: str) -> bool:
        """Add text to the open paragraph if a person sees it, and tell so."""
        if not self.is_shown:
            return False
        if self.readings and not self.is_in_ruby:
            self.add_readings()
        self._pieces.append(text)
        return True

    def add_readings(self) -> None:
        """Add the readings of the ruby texts before."""
        if self.readings:
            self._pieces.append(f"({''.join(self.readings)})")
            self.readings.clear()

    def measure(self, letters: int) -> None:
        """Count letters that were written in the look of the open run."""
        size = self.run.size or 0
        self._letters[size] = self._letters.get(size, 0) + letters
        self._bold += letters if self.run.is_bold else 0

    def begin_field(self, substitute: str) -> None:
        """Begin a field; `substitute` is what a form field shows if it has no result."""
        self._fields.append(_Field(substitute, len(self._pieces)))
        del self._fields[:-_MAX_FIELDS]

    def add_code(self, text: str) -> None:
        """Add to the codes of the open field."""
        if self._fields and len(self._fields[-1].codes) < _MAX_CODES:
            self._fields[-1].codes.append(text)

    def begin_result(self) -> None:
        """End the codes of the open field."""
        if self._fields:
            self._fields[-1].is_in_result = True

    def end_field(self) -> None:
        """End the open field."""
        if self._fields:
            ended = self._fields.pop()
            substitute = ended.substitute
            if not substitute and all(each.is_in_result for each in self._fields):
                substitute = field_text("".join(ended.codes))
            if substitute and not "".join(self._pieces[ended.pieces :]).strip():
                self.write(substitute)

    def end(self) -> Paragraph | None:
        """End the paragraph, add what comes after it, and return how it looked."""
        self.add_readings()
        lines = (line.strip() for line in "".join(self._pieces).split("\n"))
        text = "\n".join(lines).strip()
        self._pieces.clear()
        self._fields = [each for each in self._fields if each.is_in_result]
        if text:
            text = f"{self.label} {text}" if self.label else text
            self.add(text, self.is_list)
        self.label = ""
        self.add_after()
        letters, bold = self._letters, self._bold
        self._letters, self._bold = {}, 0
        if not text or not (letters or self.look.is_heading):
            return None
        size = max(letters, key=lambda each: letters[each], default=0)
        return Paragraph(text, size, sum(letters.values()), bold, bool(self.look.is_heading))

    def add(self, text: str, is_list: bool = False) -> None:
        """Add a paragraph or a table; paragraphs of a list stand close to each other."""
        page = self._pages[-1]
        if page:
            page.append("\n" if is_list and self._was_list else "\n\n")
        page.append(text)
        self._was_list = is_list

    def add_after(self) -> None:
        """Add what comes after the paragraph."""
        for text in self.after:
            self.add(text)
        self.after.clear()

    def begin_page(self) -> None:
        """Begin a page."""
        self._pages.append([])

    def pages(self) -> list[str]:
        """Return the text of each page."""
        return ["".join(page).strip() for page in self._pages]

    def lines(self) -> list[str]:
        """Return the lines of the text, without empty ones."""
        lines = "\n".join(self.pages()).split("\n")
        return [line for line in lines if line]
