"""Plain text of every kind: txt, md, csv, tsv, json, xml."""

from worker.parsing.collect import clean, collect_texts
from worker.parsing.decoding import decode
from worker.parsing.document import Document
from worker.parsing.flow import split_flow
from worker.parsing.source import Source


def read_text(source: Source) -> Document:
    """Read a text file as it is, markup included; a page is 3000 characters.

    Raises FileError (`no_such_pages`).
    """
    return collect_texts(source, split_flow(clean(decode(source.read_all()))))
