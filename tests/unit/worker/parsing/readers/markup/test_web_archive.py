import plistlib

from tests.unit.worker.parsing.readers.reading import read, refused


def archive(data: object, kind: str = "text/html", **others: object) -> bytes:
    page = {"WebResourceData": data, "WebResourceMIMEType": kind}
    whole = {"WebMainResource": page, **others}
    return plistlib.dumps(whole, fmt=plistlib.FMT_BINARY, sort_keys=False)


def test_the_page_is_read_by_its_encoding_and_before_its_frames():
    frame = {"WebMainResource": {"WebResourceData": b"<p>frame</p>"}}
    page = "<h1>Größe</h1>".encode()
    found = read(archive(page, WebSubframeArchives=[frame, frame, 7]), "a.webarchive")
    assert (found.pages[0].text, found.pages[0].headings) == ("Größe\n\nframe", ("Größe",))


def test_what_is_no_page_is_told():
    assert refused(archive(b"x", "image/png"), "a.webarchive").code == "unsupported_type"
    assert refused(archive(b"<p>a</p>")[:-9], "a.webarchive").code == "corrupt"
