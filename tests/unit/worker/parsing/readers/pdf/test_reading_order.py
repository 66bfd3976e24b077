import pytest

from worker.parsing.readers.pdf.reading_order import choose_order, is_arabic, is_right_to_left

ARABIC = "وزارة الداخلية\nفاتورة رقم 2024-117 من الشركة (نسخة)"
HEBREW = "חשבון מס 2024-117\nלתשלום עד סוף היום (העתק)"


def seen(text: str) -> str:
    """Return a text in the order of the eye, with numbers as they are."""
    lines = [line[::-1].translate(str.maketrans("()", ")(")) for line in text.split("\n")]
    return "\n".join(lines).replace("711-4202", "2024-117")


@pytest.mark.parametrize("text", [ARABIC, HEBREW])
def test_text_in_the_order_of_the_eye_is_turned_round(text):
    assert choose_order([seen(text)]) == text
    assert choose_order([text]) == text


def test_the_reading_with_more_words_in_order_is_chosen():
    swapped = ARABIC.replace("الداخلية", "االدخلية")
    assert choose_order([swapped, ARABIC]) == ARABIC
    assert choose_order([ARABIC, swapped]) == ARABIC
    assert choose_order([seen(ARABIC), ARABIC]) == ARABIC


def test_single_words_are_turned_round():
    assert choose_order(["الداخلية ةرازو"]) == "وزارة الداخلية"
    assert choose_order(["هذه ةرازو في هذا مع كان"]) == "هذه وزارة في هذا مع كان"


def test_shapes_of_letters_become_letters():
    assert choose_order(["ﻓﺎﺗﻮﺭﺓ"]) == "فاتورة"
    assert choose_order(["ﻓﺎﺗﻮﺭﺓ ﺍﻟﺪﺍﺧﻠﯿﺔ"]) == "فاتورة الداخلية"
    assert choose_order(["شﬡלום"]) == "شאלום"


def test_the_first_of_equal_readings_is_chosen():
    assert choose_order(["سبب", "سبت"]) == "سبب"


def test_scripts_are_recognised_by_their_share():
    assert is_arabic(ARABIC)
    assert is_right_to_left(HEBREW)
    assert not is_arabic(HEBREW)
    assert not is_right_to_left("An English page with the word شركة in it, and many others")
    assert not is_right_to_left("")
