"""Mail and web archives with a marker in headers, parts and attachments (RFC 5322, 2045, 2557)."""

from email.message import EmailMessage
from email.policy import SMTP

from devtools import pdf_samples, sample_files
from devtools.marked.document import MarkedDocument, Marks


def marked_eml() -> MarkedDocument:
    """Return a mail with a picture within, and with a text, a PDF, a docx and a mail attached."""
    marks = Marks()
    marks["encoded subject"] = "Qencodedsubject\u0161Q"
    mail = _mail(f"{marks('subject')} {marks['encoded subject']}", marks)
    mail.set_content(marks("plain text"))
    html = f"<p>{marks('html text')}</p><table><tr><td>{marks('table cell')}</td></tr></table>"
    mail.add_alternative(f"<html><body><p>{marks('plain text')}</p>{html}</body></html>", "html")
    mail.add_attachment("An attached text.\n", filename=f"{marks('name of a text')}.txt")
    mail.add_attachment(
        pdf_samples.pdf("An attached PDF."),
        maintype="application",
        subtype="pdf",
        filename=f"{marks('name of a pdf')}.pdf",
    )
    mail.add_attachment(
        sample_files.docx(["An attached document."]),
        maintype="application",
        subtype="octet-stream",
        filename=f"{marks('name of a docx')}.docx",
    )
    mail.add_attachment(
        b"\0\1\2",
        maintype="application",
        subtype="octet-stream",
        filename=f"{marks('name of other')}.bin",
    )
    mail.add_attachment("<p>An attached page.</p>", subtype="html", filename="page.html")
    inner = EmailMessage(SMTP)
    inner["From"], inner["Subject"] = "e@f.g", marks("forwarded subject")
    inner.set_content(marks("forwarded text"))
    inner.add_attachment("A text within.", filename="inner.txt")
    mail.add_attachment(inner)
    return MarkedDocument("eml", mail.as_bytes(), marks)


def marked_p7m() -> MarkedDocument:
    """Return an invoice in XML within a signed file (RFC 5652, 5.1), without its signature."""
    marks = Marks()
    invoice = f'<?xml version="1.0"?><Invoice no="{marks("attribute")}">{marks("text")}</Invoice>'
    data, signed = (bytes.fromhex(f"06092a864886f70d01070{number}") for number in (1, 2))
    content = _der(0x30, data + _der(0xA0, _der(0x04, invoice.encode())))
    whole = _der(0x02, b"\1") + _der(0x31, b"") + content
    return MarkedDocument("p7m", _der(0x30, signed + _der(0xA0, _der(0x30, whole))), marks)


def _der(tag: int, body: bytes) -> bytes:
    """Return a value with its tag and length (X.690, 8.1)."""
    return bytes((tag, 0x82)) + len(body).to_bytes(2, "big") + body


def marked_mhtml() -> MarkedDocument:
    """Return a web archive as browsers save it: a page and a page in its frame."""
    marks = Marks()
    archive = EmailMessage(SMTP)
    archive["From"] = "<Saved by a browser>"
    archive["Subject"] = "a"
    archive["MIME-Version"] = "1.0"
    page = (
        f"<html><head><title>{marks('title')}</title></head><body><h1>{marks('heading')}</h1>"
        f"<p>{marks('paragraph')}</p>"
        '<iframe src="https://example.org/frame.html"></iframe></body></html>'
    )
    frame = f"<html><body><p>{marks('frame')}</p></body></html>"
    archive.set_content(page, "html", cte="quoted-printable")
    archive["Content-Location"] = "https://example.org/"
    archive.make_related()
    archive.add_related(
        frame, "html", cte="base64", headers=["Content-Location: https://example.org/frame.html"]
    )
    return MarkedDocument("mhtml", archive.as_bytes(), marks)


def _mail(subject: str, marks: Marks) -> EmailMessage:
    mail = EmailMessage(SMTP)
    mail["Subject"] = subject
    mail["From"] = f"{marks('sender')} <a@b.c>"
    mail["To"] = f"{marks('recipient')} <d@e.f>"
    mail["Cc"] = f"{marks('copy')} <g@h.i>"
    mail["Date"] = "Tue, 1 Oct 2024 12:34:56 +0000"
    return mail
