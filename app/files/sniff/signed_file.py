"""Detection of signed files (p7m), which are wrapped around another file."""

import base64
import binascii
import re

# ContentInfo of CMS (RFC 5652, section 3): a sequence, then the identifier of its content.
_CMS = re.compile(
    rb"0(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07",
    re.DOTALL,
)
# RFC 7468, sections 8 and 9; some programs leave out these lines.
_ARMOUR = re.compile(rb"\s*-----BEGIN (?:PKCS7|CMS)-----\s")
_EXTENSION = "p7m"
_START_LETTERS = 64


def is_signed_file(head: bytes, extension: str) -> bool:
    """Tell a signed file by its first bytes; Base64 without a mark by its extension, too."""
    if _CMS.match(head) or _ARMOUR.match(head):
        return True
    return extension == _EXTENSION and _CMS.match(_decode_base64(head)) is not None


def _decode_base64(head: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(head[: 2 * _START_LETTERS].split())[:_START_LETTERS])
    except (binascii.Error, ValueError):
        return b""
