import pytest

from tests.unit.worker.parsing.readers.office.word_files import par, text
from worker.parsing.readers.encodings.font_characters import CharacterSets
from worker.parsing.readers.fonts.symbol_fonts import is_symbol_font, show_in_font


@pytest.mark.parametrize(
    ("font", "stored", "shown"),
    [
        (".VnTime", "Céng hßa x· héi chñ nghÜa", "Cộng hòa xã hội chủ nghĩa"),
        (".VnArialH", "tr\xadêng", "TRƯỜNG"),
        ("VNI-Times", "COÄNG HOØA, Vieät Nam – Töï do", "CỘNG HÒA, Việt Nam – Tự do"),
        ("AcadNusx", "saqarTvelos 2024", "საქართველოს 2024"),
        ("Arial Armenian", "Ð³Û³ëï³ÝÇ", "Հայաստանի"),
    ],
)
def test_letters_are_those_that_the_font_shows(font, stored, shown):
    assert is_symbol_font(font)
    assert show_in_font(stored, font) == shown
    sets = CharacterSets()
    sets.font(0).name = f"{font};"
    assert sets.decode(stored.encode("cp1252"), 0) == shown


def test_letters_of_word_files():
    in_font = '<w:rFonts w:ascii=".VnTime"/>'
    assert text(par("ViÖt Nam", of_run=in_font) + par("Königs")) == "Việt Nam\n\nKönigs"
