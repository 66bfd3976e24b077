"""Everything that reading a file may import, imported before the file is opened.

The process that reads may be unable to open a single file: it has another user id, and the
code may lie in a directory that this user cannot enter.
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
    "kreuzberg",
    "html.entities",
    "worker.parsing.readers.dispatch",
    "_strptime",
    "bisect",
    "calendar",
    "difflib",
    "heapq",
    "stringprep",
    "unicodedata",
)


def preload() -> None:
    """Import all codecs and the modules that libraries import late. Calls none of them."""
    for module in pkgutil.iter_modules(encodings.__path__, "encodings."):
        if module.name not in ("encodings.mbcs", "encodings.oem", "encodings.cp65001"):
            importlib.import_module(module.name)
    for name in _LAZY_MODULES:
        importlib.import_module(name)
    Image.init()  # imports its readers of formats
