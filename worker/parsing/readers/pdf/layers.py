"""Removes what belongs to layers that are switched off (ISO 32000-2, 8.11) from a page."""

import ctypes
import re
import zlib
from collections.abc import Callable
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c

from worker.parsing.readers.pdf import fallback
from worker.parsing.readers.source import Source

_LIST, _CATALOGUE = b"/OCProperties", re.compile(rb"/Type\s*/Catalog")
# A stream of compressed objects (7.5.7), from its type to its first byte.
_OBJECT_STREAM = re.compile(rb"/ObjStm\b[^>]*>>\s*stream\r?\n")
_MAX_UNPACKED = 16 * 1024 * 1024
_LAYER_MARK = "OC\0"
_NAME_BYTES = 512
_MAX_DEPTH = 4


def find_hidden_layers(source: Source, data: bytes) -> frozenset[str]:
    """Return the names of the layers that are off when a file is opened.

    Of layers with the same name all must be off.
    """
    return fallback.read_hidden_layers(source) if _may_have_layers(data) else frozenset()


def _may_have_layers(data: bytes) -> bool:
    """Tell whether the catalogue may list layers; it may be a compressed object."""
    if _LIST in data:
        return True
    if b"/ObjStm" not in data or _CATALOGUE.search(data):
        return False
    # The last one is the newest, and the catalogue is one of its last objects.
    for stream in reversed([*_OBJECT_STREAM.finditer(data)]):
        try:
            objects = zlib.decompressobj().decompress(data[stream.end() :], _MAX_UNPACKED)
        except zlib.error:  # encrypted, or packed in another way
            return True
        if _LIST in objects:
            return True
        if _CATALOGUE.search(objects):
            return False
    return True


def remove_hidden(page: pypdfium2.PdfPage, names: frozenset[str]) -> None:
    """Remove the objects of a page that are marked as parts of these layers."""
    if names:
        _remove(
            page.raw,
            names,
            (
                pdfium_c.FPDFPage_CountObjects,
                pdfium_c.FPDFPage_GetObject,
                pdfium_c.FPDFPage_RemoveObject,
            ),
            _MAX_DEPTH,
        )


_Access = tuple[Callable[..., int], Callable[..., Any], Callable[..., Any]]


def _remove(container: object, names: frozenset[str], access: _Access, depth: int) -> None:
    count, get, remove = access
    items = [get(container, index) for index in range(max(0, count(container)))]
    for item in items:
        if _is_hidden(item, names):
            if remove(container, item):
                pdfium_c.FPDFPageObj_Destroy(item)
        elif depth and pdfium_c.FPDFPageObj_GetType(item) == pdfium_c.FPDF_PAGEOBJ_FORM:
            _remove(
                item,
                names,
                (
                    pdfium_c.FPDFFormObj_CountObjects,
                    pdfium_c.FPDFFormObj_GetObject,
                    pdfium_c.FPDFFormObj_RemoveObject,
                ),
                depth - 1,
            )


def _is_hidden(item: object, names: frozenset[str]) -> bool:
    return any(
        _layer_name(pdfium_c.FPDFPageObj_GetMark(item, index)) in names
        for index in range(max(0, pdfium_c.FPDFPageObj_CountMarks(item)))
    )


def _layer_name(mark: object) -> str | None:
    """Return the name of the layer that a mark stands for, None for other marks."""
    text = ctypes.create_string_buffer(_NAME_BYTES)
    size = ctypes.c_ulong()
    wide = ctypes.cast(text, ctypes.POINTER(ctypes.c_ushort))
    if (
        not pdfium_c.FPDFPageObjMark_GetName(mark, wide, _NAME_BYTES, size)
        or text.raw[: size.value].decode("utf-16-le", "replace") != _LAYER_MARK
        or not pdfium_c.FPDFPageObjMark_GetParamStringValue(mark, b"Name", wide, _NAME_BYTES, size)
        or size.value > _NAME_BYTES
    ):
        return None
    return text.raw[: size.value].decode("utf-16-le", "replace").rstrip("\0")
