import pytest

from worker.parsing.readers.pdf.reading_order import (
    choose_order,
    from_visual,
    is_arabic,
    is_right_to_left,
)

ARABIC = "وزارة الداخلية\nفاتورة رقم 2024-117 من الشركة (نسخة)"
HEBREW = "חשבון מס 2024-117\nלתשלום עד סוף היום (העתק)"


def seen(text: str) -> str:
    """Return a text in the order of the eye, with numbers as they are."""
    lines = [line[::-1].translate(str.maketrans("()", ")(")) for line in text.split("\n")]
    return "\n".join(lines).replace("711-4202", "2024-117")


@pytest.mark.parametrize("text", [ARABIC, HEBREW])
def test_text_in_the_order_of_the_eye_is_turned_round(text):
    assert choose_order(seen(text)) == text
    assert choose_order(text) == text


def test_shapes_of_letters_become_letters():
    assert choose_order("ﻓﺎﺗﻮﺭﺓ") == "فاتورة"
    assert choose_order("ﻓﺎﺗﻮﺭﺓ ﺍﻟﺪﺍﺧﻠﯿﺔ") == "فاتورة الداخلية"
    assert choose_order("شﬡלום") == "شאלום"


def test_scripts_are_recognised_by_their_share():
    assert is_arabic(ARABIC)
    assert is_right_to_left(HEBREW)
    assert not is_arabic(HEBREW)
    assert not is_right_to_left("An English page with the word شركة in it, and many others")
    assert not is_right_to_left("")


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("2024-117 סמ תינובשח", "חשבונית מס 2024-117"),
        ("ביבא לת ,12 לצרה בוחרב Acme Ltd תרבח", "חברת Acme Ltd ברחוב הרצל 12, תל אביב"),
        ('(מ"עמ ללוכ) 31/03/2026 דע 1,250.00 :םוכס', 'סכום: 1,250.00 עד 31/03/2026 (כולל מע"מ)'),
        (')מ"עמ ללוכ( דע', 'עד (כולל מע"מ)'),
        ("אסיכ (1", "1) כיסא"),
        (",(ןכ) אלו", "ולא (כן),"),
        ("300.00 2 לוחכ אסיכ", "כיסא כחול 2 300.00"),
        ("₪50 ריחמ 50%", "50% מחיר ₪50"),
        ("موي ١٤ لالخ", "خلال ١٤ يوم"),
        ("Receiver name & signature — ملتسملا", "Receiver name & signature — المستلم"),
        ("ةميقلا نمPython", "Python من القيمة"),
        ("Total: 5 EUR", "Total: 5 EUR"),
    ],
)
def test_a_line_in_the_order_of_the_eye_is_read(seen, read):
    assert from_visual(seen) == read
