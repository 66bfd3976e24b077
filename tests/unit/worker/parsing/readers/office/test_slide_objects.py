import pytest

from devtools import sample_files
from devtools.metafiles import emf_of
from tests.unit.worker.parsing.readers.office.packages import package
from tests.unit.worker.parsing.readers.office.slide_files import deck, frame, read, sp, texts, tree


@pytest.mark.parametrize(
    ("program", "lost"),
    [
        ("Excel.Sheet.12", ("an embedded document on slide 1 could not be read",)),
        ("Equation.3", ()),
        ("TCLayout.ActiveDocument.1", ()),
    ],
)
def test_embedded_documents_without_words_are_named(program: str, lost: tuple[str, ...]):
    document = read(deck(tree(frame(f'<p:oleObj progId="{program}"><p:embed/></p:oleObj>'))))
    assert document.warnings == lost


def test_the_picture_of_an_object_in_a_drawing_of_powerpoint_2007():
    shown = '<p:oleObj spid="s7" progId="Excel.Sheet.8"><p:embed/></p:oleObj>'
    vml = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:o">'
        '<v:shape id="s1"><v:imagedata o:relid="r1"/></v:shape>'
        '<v:shape id="s7"><v:imagedata o:relid="r2"/></v:shape></xml>'
    )
    data = deck(
        tree(frame(shown)), related=(("d1", "vmlDrawing", "../drawings/d.xml"),), drawings__d=vml
    )
    relations = {
        "ppt/drawings/d.xml": [
            ("r1", "image", "../media/1.emf"),
            ("r2", "image", "../media/2.emf"),
        ]
    }
    pictures = {f"ppt/media/{n}.emf": emf_of(text) for n, text in ((1, "Other"), (2, "Total"))}
    related = sample_files.unzip(package(pictures, relations))
    document = read(sample_files.zip_of({**related, **sample_files.unzip(data)}))
    assert (document.pages[0].text, document.warnings) == ("Total", ())


def test_symbol_fonts_show_other_characters():
    runs = (
        '<a:r><a:rPr><a:latin typeface="Wingdings"/></a:rPr><a:t>ü</a:t></a:r><a:fld><a:t>7</a:t>'
        '</a:fld><a:r><a:rPr><a:sym typeface="Wingdings"/></a:rPr><a:t>\uf0e0 next à</a:t></a:r>'
    )
    assert texts(deck(tree(sp(markup=f"<a:p>{runs}</a:p>")))) == ["✓7→ next à"]
