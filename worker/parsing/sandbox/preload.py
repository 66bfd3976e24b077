"""Imports, before the first file, of every module that reading a file may import.

A reader may be unable to open any module's file: it has another user id, and the code may lie in
a directory that this user cannot enter.
"""

import encodings
import importlib
import pkgutil

from PIL import Image

_LAZY_MODULES = (
    "pypdf",
    "pypdf.filters",
    "pypdf.generic",
    "pypdf._crypt_providers",
    "pypdf._text_extraction",
    "cryptography.hazmat.backends.openssl.backend",
    "msoffcrypto.format.doc97",
    "msoffcrypto.format.ooxml",
    "msoffcrypto.format.ppt97",
    "msoffcrypto.format.xls97",
    "kreuzberg",
    "html.entities",
    "worker.parsing.readers.dispatch",
    "worker.parsing.rendering.page",
    "_strptime",
    "bisect",
    "calendar",
    "difflib",
    "heapq",
    "stringprep",
    "unicodedata",
)


def preload() -> None:
    """Import all codecs and all modules that libraries import late; call none of them."""
    for module in pkgutil.iter_modules(encodings.__path__, "encodings."):
        # These work on Windows only.
        if module.name not in ("encodings.mbcs", "encodings.oem", "encodings.cp65001"):
            importlib.import_module(module.name)
    for name in _LAZY_MODULES:
        importlib.import_module(name)
    Image.init()  # imports the readers of image formats
