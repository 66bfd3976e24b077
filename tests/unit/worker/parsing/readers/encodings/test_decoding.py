import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.sniff.ebcdic import detect_ebcdic
from app.files.sniff.text_type import decode_head
from app.files.sniff.wide_unicode import detect_wide
from worker.parsing.readers.encodings.decoding import decode

# Texts as short as an invoice line: there is little to judge by.
TEXTS = {
    "Rechnung für Müller & Söhne, Königstraße 5: zwölf € zahlbar": "cp1252 iso8859-15",
    "Bitte überweisen Sie fünf Mark nach Köln": "cp1252 cp850 mac-roman",
    "Veuillez régler la facture n° 7 avant le 3 février, où l’été": "cp1252 mac-roman",
    "Señor Muñoz, ¿puede pagar mañana la factura número 5?": "cp1252",
    "Não há informações sobre a reunião de amanhã": "cp1252",
    "Perché la città è così bella? Più tardi ne parlerò": "cp1252",
    "Kære kunde, på regningen står ørene i gården": "cp1252",
    "Zażółć gęślą jaźń, łączna kwota": "cp1250 iso8859-2",
    "Příliš žluťoučký kůň úpěl": "cp1250 iso8859-2",
    "Köszönjük szépen, a főnök győzött": "cp1250",
    "Teşekkür ederiz, ödeme aşağıdadır": "cp1254",
    "Sąskaita už paslaugas iki mėnesio pabaigos, ačiū": "cp1257",
    "Рецепт борща: свёкла, капуста, картофель": "cp1251 koi8-r cp866 iso8859-5",
    "СЧЕТ НА ОПЛАТУ УСЛУГ": "cp1251 koi8-r",
    "Рахунок на оплату послуг, дякуємо": "cp1251 koi8-u",
    "Τιμολόγιο παροχής υπηρεσιών": "cp1253",
    "חשבונית מס עבור שירותים": "cp1255",
    "فاتورة خدمات المبلغ الإجمالي": "cp1256 iso8859-6",
    "ใบแจ้งหนี้ค่าบริการ": "cp874",
    "ใบแจ้งหนี้ค่าบริการประจำเดือน": "cp874",
    "Zażółć gęślą jaźń, faktura do zapłaty": "cp852",
    "Fatura ödeme tutarı için şubeye başvurunuz, çağrı": "cp857",
    "Τιμολόγιο πώλησης, σύνολο πληρωμής": "cp737",
    "Kullanıcı sayısı": "cp1254",
    "Usługa złoty 2024-117": "cp1250",
    "Barcelony měl do očí": "cp1250",
    "du temps d’attente à partir": "cp1252",
    "OCR’d text of the “Report”": "cp1252",
    "è considerato": "cp1252",
    "nach § 2": "cp1252",
    "NGO … Geschäftsstelle …": "cp1252",
    "DISPOSIÇÕES GERAIS": "cp1252",
    "Total: 100 €": "cp1252",
    "Price £100, 5°": "cp1252",
    "1 000\xa0EUR": "cp1252",
    "红烧肉的做法：先把肉切成块，放入锅中煮": "gb18030",
    "紅燒肉的做法：先把肉切成塊，放入鍋中煮": "big5",
    "親子丼の作り方、材料は鶏もも肉": "cp932 euc_jp iso2022_jp",
    "請求書 合計金額 500円": "cp932 euc_jp",
    "세금계산서 합계 금액은 오백 원입니다": "cp949",
}


@pytest.mark.parametrize(
    ("text", "codec"), [(text, codec) for text in TEXTS for codec in TEXTS[text].split()]
)
def test_old_encodings_are_guessed(text, codec):
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize(
    "codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_unicode_encodings_are_decoded(codec):
    assert decode("Grüße, straight on".encode(codec)) == "Grüße, straight on"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [text for text in TEXTS if " " in text or "\n" in text])
def test_utf16_without_a_byte_order_mark_is_decoded(text, codec):
    assert decode(f"{text}\n".encode(codec)) == f"{text}\n"


@pytest.mark.parametrize(
    ("text", "codecs"),
    [
        ("发票号码购买方名称北京某某科技有限公司货物", ("utf-16-le", "utf-16-be", "hz")),
        ("請求書番号株式会社山田商事御中下記の通り", ("utf-16-le", "utf-16-be")),
        ("세금계산서번호공급자주식회사한국상사아래", ("utf-16-le", "utf-16-be", "iso2022_kr")),
    ],
)
def test_east_asian_text_without_spaces_is_decoded(text, codecs):
    for codec in codecs:
        data = text.encode(codec)
        assert decode(data) == text
        assert decode_head(data)
    for codec in ("gb18030", "euc_jp", "cp949"):
        assert detect_wide(text.encode(codec, "replace")) is None


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("INVOICE No. 2024-117, total 1,250.00 EUR!", "cp037"),
        ("INVOICE No. 2024-117, total 1,250.00 EUR!!", "cp500"),
        ("Angebot: Größe, Öl, Äpfel und süße Grüße", "cp273"),
        ("first line of text\nsecond line", "cp1140"),
    ],
)
def test_mainframe_text_is_decoded(text, codec):
    assert decode(text.encode(codec)) == text
    assert decode(text.replace("\n", "\x85").encode(codec)) == text


def test_other_text_is_not_taken_for_that_of_mainframes():
    for text in ("ÁÂÃ@ÄÅÆ@ÇÈÉ@ABC DEF", "@" * 30, "红烧肉的做法@先把肉切成块@放入锅中煮"):
        assert detect_ebcdic(text.encode("gb18030")) is None


def test_plain_ascii_is_decoded():
    assert decode(b"hello") == "hello"


def test_a_declared_encoding_is_used_if_it_fits():
    assert decode("ČŠŽ".encode("cp1250"), "windows-1250") == "ČŠŽ"
    assert decode("Ünï".encode(), "iso-8859-1") == "Ünï"
    assert decode(b"\xfc", "latin-1") == "ü"


@pytest.mark.parametrize("declared", ["rot13", "zlib", "unicode_escape", "utf-7", "nonsense", ""])
def test_no_other_codec_can_be_declared(declared):
    assert decode("Gr\\x41ße für +AGE-".encode("cp1252"), declared) == "Gr\\x41ße für +AGE-"


def test_bytes_in_no_encoding_are_decoded_somehow():
    assert decode(b"\x1b$Bnot \xff Japanese").endswith(" Japanese")
    assert decode(b"\0\0\0\0\0") == "\0" * 5


def test_utf8_with_one_broken_byte_stays_utf8():
    text = "Größe, Maße, Übung, Käse " * 3
    assert decode(text.encode() + b"\xc3") == text + "\ufffd"
    assert decode(b"\xff" + text.encode()) == "\ufffd" + text


def test_lines_of_windows_in_utf8_are_decoded():
    lines = ["Grüße an alle", "Straße fünf", "Äpfel für 5 €"]
    for odd in lines:
        data = b"\n".join(line.encode("cp1252" if line == odd else "utf-8") for line in lines * 3)
        assert decode(data) == "\n".join(lines * 3)


def test_broken_bytes_in_other_scripts_stay_broken():
    assert decode("Счёт на оплату".encode() + b"\xe9 x") == "Счёт на оплату\ufffd x"


def test_letters_far_behind_plain_text_are_found():
    text = "plain text. " * 2000 + "Приложение к договору поставки"
    assert decode(text.encode("cp1251")) == text


@given(st.binary(max_size=300))
def test_decoding_never_raises(data):
    assert isinstance(decode(data), str)


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("cp437", "Rechnung für Möbel"), ("cp866", "Счёт на оплату товара"), ("cp437", "Invoice")],
)
def test_frames_of_old_programs_are_no_letters(encoding, words):
    text = f"╔{'═' * 30}╗\n║ {words} ║\n╚{'═' * 30}╝\n"
    assert decode(text.encode(encoding)) == text
