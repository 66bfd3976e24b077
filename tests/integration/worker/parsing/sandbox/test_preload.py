"""No reader imports a module after the preload, because it may be unable to."""

import subprocess
import sys
from pathlib import Path

from devtools.waiting import WAIT_SECONDS

SCRIPT = """
import io, logging, sys
from worker.parsing.sandbox.preload import preload
from devtools import ole_samples, pdf_samples
from devtools import sample_files as samples
from tests.unit.worker.parsing import pictures
from worker.parsing.readers.dispatch import read_document
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.ocr.installed import find_ocr
from worker.parsing.ocr.tesseract import Tesseract, open_models
from app.errors import FileError

head = b"From: a@b.c\\nSubject: =?gb2312?B?t6LGsQ==?=\\nMIME-Version: 1.0\\nContent-Type: "
mails = [
    samples.eml("a", "b", "c.pdf"),
    ole_samples.msg_of({0x0037001E: b"a", 0x10130102: b"<p>a&eacute;", 0x00390040: 1 << 56}),
    ole_samples.msg_of({0x10090102: bytes(4) + b"\\x80\\0\\0\\0MELA" + bytes(4) + b"{\\\\rtf1 a}"}),
    *(head + kind + b"\\n\\n0\\x0b" for kind in (
        b"text/plain; charset=iso-2022-jp", b"text/plain; charset=hz", b"text/calendar",
        b"application/pkcs7-mime", b"application/ms-tnef", b"multipart/mixed; boundary=a",
        b"message/rfc822", b"text/html; charset=utf-7", b"text/rtf",
    )),
    b"From: <Saved by X>\\nContent-Type: text/html\\n\\n<p>a",
]
print_page = bytes(0 if n % 40 < 20 else 255 for n in range(40_000))
scan = pdf_samples.pdf(
    b"q 595 0 0 842 0 0 cm /Im1 Do Q",
    resources=b"/XObject<</Im1 6 0 R>>",
    extra=[pdf_samples.picture(print_page, 200, 200)],
)
files = [
    samples.docx(["a"], header="Letterhead"), samples.pptx("a"), samples.xlsx(a=[["a"]]),
    samples.odt("a"), samples.ods(a="a"), samples.odp("a"), samples.epub("a"), ole_samples.xls("a"),
    pdf_samples.pdf("a"), pdf_samples.pdf(b""), scan, pdf_samples.pdf("a")[:300],
    *mails, b"{\\\\rtf1 a}",
    b"<!doctype html><p>a&eacute;", "Größe".encode("cp1252"), "Größe".encode("utf-16"),
    *(pictures.save(pictures.draw(["Total"]), kind) for kind in ("PNG", "JPEG", "TIFF", "GIF")),
    "Рецепт".encode("koi8-r"), "作り方".encode("cp932"), b"MZ" + bytes(99),
]
logging.disable(logging.CRITICAL)
preload()
choice = find_ocr().choose("de")
ocr = Ocr(choice, Tesseract(choice.models, open_models(choice.files)))
before = set(sys.modules)
for mode in ("FAST", "MULTIMODAL"):
    for data in files:
        try:
            read_document(io.BytesIO(data), "", samples.request(mode=mode), ParserLimits(), ocr)
        except FileError:
            pass
print(sorted(set(sys.modules) - before))
"""


def test_no_reader_imports_anything():
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=Path(__file__).parents[5],
        capture_output=True,
        text=True,
        check=True,
        timeout=WAIT_SECONDS,
    )
    assert found.stdout == "[]\n"
