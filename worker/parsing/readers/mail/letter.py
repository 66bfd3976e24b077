"""A message as a person sees it, whichever format it came in."""

from dataclasses import dataclass, field

from worker.parsing.readers.attachments import name_attachments


@dataclass(slots=True)
class Letter:
    """Header lines (`Subject`, `From`, ...), texts and attached files of one message.

    `blocks` are the texts in their order. `lost` are sentences that name what could not be read.
    `is_encrypted` tells that a part needs a key. `copies` are bodies that may repeat the texts.
    `has_pictures` tells that pictures stand in the text.
    """

    lines: list[tuple[str, str]] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    is_encrypted: bool = False
    copies: list[str] = field(default_factory=list)
    has_pictures: bool = False

    def render(self) -> str:
        """Return the header lines, the texts, and a line with the names of attached files."""
        head = "\n".join(f"{label}: {value}" for label, value in self.lines if value.strip())
        texts = [
            head,
            *(block.strip() for block in self.blocks),
            name_attachments(self.attachments),
        ]
        return "\n\n".join(filter(None, texts))

    def take(self, other: "Letter") -> None:
        """Add a message within this one, with its header lines."""
        self.blocks.append(other.render())
        self.lost += other.lost
        self.is_encrypted |= other.is_encrypted

    def note_encryption(self) -> None:
        """Add to `lost`, once, that a part of the message needs a key."""
        if not self.is_encrypted:
            self.is_encrypted = True
            self.lost.append("the mail is encrypted, and its encrypted content was not read")

    def note_pictures(self) -> None:
        """Add to `lost` that the message consists of pictures, if it has no text beside them."""
        if self.has_pictures and not _has_word(self.blocks):
            self.lost.append("the mail consists of pictures, which were not read")

    @property
    def has_content(self) -> bool:
        """Tell whether there is a text or a subject with a word."""
        texts = [value for label, value in self.lines if label == "Subject"] + self.blocks
        return _has_word(texts)


def is_restricted(name: str) -> bool:
    """Tell the file in which a mail with restricted rights has its content ([MS-OXORMMS] 2.1)."""
    return name.lower().endswith(".rpmsg")


def _has_word(texts: list[str]) -> bool:
    return any(character.isalnum() for text in texts for character in text)
