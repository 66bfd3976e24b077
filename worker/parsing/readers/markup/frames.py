"""Frames of web pages that contain their page: HTML Living Standard 4.8.5, and RFC 2397."""

import binascii
import html
import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from worker.parsing.readers.document_builder import sanitize
from worker.parsing.readers.encodings.decoding import decode

_DATA_PAGE = re.compile(r"\s*data:text/html[^,]*?(;\s*base64)?\s*,", re.IGNORECASE)


def framed_markup(attributes: Mapping[str, str]) -> str:
    """Return the markup of a frame by its attributes, nothing if the page is elsewhere."""
    address = html.unescape(attributes.get("src", ""))
    start = _DATA_PAGE.match(address)
    if "srcdoc" in attributes or start is None:
        return html.unescape(attributes.get("srcdoc", ""))
    data = unquote_to_bytes(address[start.end() :])
    if start[1]:
        with suppress(binascii.Error):
            data = binascii.a2b_base64(data)
    return sanitize(decode(data))
