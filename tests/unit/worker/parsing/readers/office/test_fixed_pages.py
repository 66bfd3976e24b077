from devtools.marked.page_packages import marked_xps
from devtools.sample_files import unzip, zip_of
from tests.unit.worker.parsing.readers.reading import read, refused

PAGE = "Documents/1/Pages/2.fpage"


def changed(name: str, content: str) -> bytes:
    return zip_of({**unzip(marked_xps().data), name: content})


def test_pages_are_in_the_order_of_the_document_and_runs_in_lines():
    marked = marked_xps()
    found = read(marked.data, "a.xps")
    assert (found.format, [page.text for page in found.pages]) == (
        "xps",
        [f"{marked.markers['line']}\nQtwo runsQ", marked.markers["second page"]],
    )
    close = "".join(
        f"<Glyphs FontRenderingEmSize='10' OriginX='{x}' OriginY='9' UnicodeString='{text}'"
        f" Indices=',60;,60'/>"
        for x, text in ((0, "To"), (12, "ta"), (24.5, "l: "), (50, "5"))
    )
    assert read(changed(PAGE, f"<P>{close}</P>"), "").pages[0].text == "Total: 5"


def test_letters_that_are_runs_of_their_own_are_joined():
    places = (0, 8.3, 16.1, 18.9, 24.4, 27.7)
    letters = "".join(
        f"<Glyphs FontRenderingEmSize='10' OriginX='{x}' OriginY='9' UnicodeString='{letter}'/>"
        for x, letter in zip(places, "MG l 5", strict=True)
    )
    assert read(changed(PAGE, f"<P>{letters}</P>"), "").pages[0].text == "MG l 5"


def test_letters_that_are_no_text_are_told():
    for content in ("<Path Data='M 0,0'/>", "<Glyphs Indices='7;8'/>"):
        found = read(changed(PAGE, f"<P>{content}</P>"), "a.xps")
        assert (found.pages[0].text, found.lost_parts) == ("", 1)


def test_a_damaged_page_is_lost_and_without_a_list_of_pages_all_is():
    assert read(changed(PAGE, "<P"), "a.xps").lost_parts == 1
    assert refused(changed("Documents/1/D.fdoc", "<D"), "a.oxps").code == "corrupt"
