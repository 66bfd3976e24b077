import pytest

from tests.unit.worker.parsing.readers.office.test_pptx import deck, frame, read, tree


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
