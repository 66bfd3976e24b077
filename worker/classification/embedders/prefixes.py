"""The words that some models want before each text."""

import hashlib
from dataclasses import dataclass

from worker.classification.embedders.base import Kind


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What is put before a description of a type (`query`) and a piece of a document (`passage`).

    Models of the e5 family, for example, were trained with "query: " and "passage: ".
    """

    query: str = ""
    passage: str = ""

    def added(self, text: str, kind: Kind) -> str:
        """Return the text with the prefix of its kind; lone surrogates become question marks.

        They have no UTF-8 form, so that neither JSON nor a tokenizer could take them.
        """
        prefix = self.query if kind == "query" else self.passage
        return prefix + text.encode("utf-8", "replace").decode("utf-8")

    def digest(self) -> str:
        """Return eight hexadecimal digits that change with the prefixes."""
        return hashlib.sha256(f"{self.query}\0{self.passage}".encode()).hexdigest()[:8]
