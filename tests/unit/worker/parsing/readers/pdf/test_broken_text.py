import random
import string

import pytest

from worker.parsing.readers.pdf.broken_text import (
    decode_tex,
    is_garbled,
    is_rubbish,
    mend_letters,
    put_right,
)

INVOICE = (
    "INVOICE No. 2024-117\nSample Fasteners Ltd to Example Manufacturing GmbH\nConsulting 10 h at"
    " 125.00: 1,250.00 EUR\nPlease pay 1,250.00 EUR within 14 days\nVAT 19 percent included"
)
RUSSIAN = (
    "Договор поставки. Поставщик обязуется передать покупателю товар, а покупатель обязуется"
    " принять его и оплатить в течение десяти дней."
)
GREEK = "Η εταιρεία υποχρεούται να παραδώσει τα εμπορεύματα εντός δέκα ημερών μετά την παραγγελία."
GOOD = {
    "code": "def parse(self, src): return [tok for tok in src.split() if tok]\nint main(void) {}",
    "parts": "RES 10K 0603 SMD\nCAP 100NF X7R 0402\nIC STM32F405 LQFP\nDIODE BAT54S SOT23 SCHOTTKY",
    "chemistry": "2-(acetyloxy)benzoic acid, tetrahydrofuran, N,N-dimethylformamide, "
    " dichloromethane methylphenidate hydroxypropylmethylcellulose",
    "abbreviations": "MTWTFSS JAN FEB MAR APR QTY PCS HRS MGR DEPT CTRL SHFT VREF GPIO UART SCL SDA"
    " MOSI MISO PWM ADC DAC GND VCC JTAG SWCLK NRST",
    "vietnamese": "Hợp đồng này được lập giữa bên bán và bên mua về việc cung cấp hàng hóa,"
    " thanh toán trong vòng mười ngày kể từ ngày nhận hóa đơn",
    "welsh": "Mae'r cwmni yn ymrwymo i gyflenwi'r nwyddau o fewn deg diwrnod ar ôl derbyn yr archeb"
    " gan y cwsmer, a bydd y cwsmer yn talu'r anfoneb",
    "polish": "Sprzedawca zobowiązuje się dostarczyć towar w ciągu dziesięciu dni; szczegółowy"
    " wykaz części zamiennych znajduje się w załączniku",
    "finnish": "Myyjä sitoutuu toimittamaan tavarat kymmenen päivän kuluessa tilauksen"
    " vastaanottamisesta, ja ostaja maksaa laskun",
    "hungarian": "Az eladó köteles az árut a megrendelés kézhezvételétől számított tíz napon belül"
    " leszállítani, a vevő pedig kifizeti a számlát",
    "icelandic": "Seljandi skuldbindur sig til að afhenda vöruna innan tíu daga frá því að pöntun"
    " berst og kaupandi greiðir reikninginn",
    "turkish": "Satıcı, siparişin alınmasından itibaren on gün içinde malları teslim etmeyi ve"
    " alıcı faturayı ödemeyi taahhüt eder",
    "pinyin": "Zhonghua Renmin Gongheguo Beijing shi Chaoyang qu Jianguomen wai dajie"
    " youxian gongsi",
    "romaji": "Kabushiki kaisha Toukyou-to Shinjuku-ku seikyuusho oshiharai kigen goukei kingaku",
    "zulu": "Umthengisi uzibophezela ukuhambisa izimpahla phakathi kwezinsuku eziyishumi ngemva"
    " kokuthola i-oda, umthengi akhokhe i-invoyisi",
    "capitals": "NAME AND ADDRESS OF EMPLOYER STREET CITY STATE ZIP CODE TELEPHONE SIGNATURE DATE",
    "numbers": " ".join(str(number * 7919) for number in range(200)),
    "dots": "Contents" + "." * 400,
    "ukrainian": "Постачальник зобов'язується передати покупцеві товар протягом десяти днів.",
    "russian": RUSSIAN,
    "greek": GREEK,
    "chinese": "本合同由买卖双方签订，卖方应在收到订单后十日内交付货物，"
    "买方应在收到发票后三十日内付款。本合同一式两份，双方各执一份，自双方签字盖章之日起生效。未尽事宜由双方协商解决。",
}


def shifted(text: str, distance: int, spaces: str = " \n") -> str:
    return "".join(each if each in spaces else chr(ord(each) + distance) for each in text)


def permuted(text: str, letters: str, seed: int) -> str:
    order = list(letters)
    random.Random(seed).shuffle(order)
    return text.translate(str.maketrans(letters + letters.upper(), "".join(order + order).upper()))


@pytest.mark.parametrize("kind", GOOD)
def test_text_of_many_kinds_is_not_garbled(kind):
    assert not is_garbled(GOOD[kind])
    assert not is_garbled(GOOD[kind] * 10)


def test_other_letters_are_noticed():
    # Some alphabets swap vowels for vowels, and look like a language.
    garbled = [permuted(INVOICE, string.ascii_lowercase, seed) for seed in range(50)]
    assert sum(map(is_garbled, garbled)) >= 43


def test_other_scripts_are_noticed():
    assert is_garbled(permuted(RUSSIAN, "абвгдежзийклмнопрстуфхцчшщъыьэюя", 1))
    assert is_garbled(permuted(GREEK * 2, "αβγδεζηθικλμνξοπρστυφχψω", 1))
    generator = random.Random(1)
    assert is_garbled("".join(chr(generator.randrange(0x4E00, 0x9FA5)) for _ in range(100)))


def test_signs_for_letters_are_noticed():
    order = {letter: chr(33 + number) for number, letter in enumerate(dict.fromkeys(INVOICE))}
    assert is_garbled("".join(order[letter] for letter in INVOICE * 3))


@pytest.mark.parametrize("distance", [-29, -3, -1, 1, 3])
def test_shifted_codes_are_put_right(distance):
    spaces = " \n" if distance > -4 else "\n"
    layer = shifted(INVOICE.replace(":", "."), distance, spaces)
    assert is_garbled(layer)
    assert put_right(layer) == INVOICE.replace(":", ".")


@pytest.mark.parametrize(("text", "code_page"), [(RUSSIAN, "cp1251"), (GREEK, "cp1253")])
def test_letters_of_another_code_page_are_put_right(text, code_page):
    layer = text.encode(code_page).decode("latin-1")
    assert is_garbled(layer)
    assert put_right(layer) == text


def test_what_is_no_shift_is_not_put_right():
    assert put_right(permuted(INVOICE, string.ascii_lowercase, 1)) is None
    assert put_right("\x01\x02\x03 " * 50) is None
    assert put_right("") is None


def test_a_short_text_is_not_judged():
    assert not is_garbled("Xqzv Wkjp Qxzt")


def test_the_text_of_a_broken_font_map_is_rubbish():
    assert is_rubbish("\ufffd\ufffd\ue001a")
    assert is_rubbish("\x01\x02 \x03")
    assert is_rubbish("7KH\x03WRWDO\x03LV\x03GXH\x03RQ\x030RQGD\\\x03LQ\x03WKH\x03RIILFH")
    assert not is_rubbish("\uf0a8 yes \uf0a8 no" * 10)
    assert is_rubbish("\u200b\u200b\u200b\u200b 4711")
    assert is_rubbish("\xad" * 9)
    assert not is_rubbish("Größe ☎, Donau\xaddampf\xadschiff")
    assert not is_rubbish("")
    assert is_rubbish("✖✙✚✛✜✢ ✛✣✤✥✦✧ Total")
    assert not is_rubbish("✓ ✗ ✓ ✓ Total")


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (
            "Certi\x1ccates \x1cnd the con\x1dict o\x1b e\x1eciently",
            "Certificates find the conflict off efficiently",
        ),
        ("R¨as¨anen, Lemaˆıtre, F´ısica, fran¸cais", "Räsänen, Lemaître, Física, français"),
        ("it´s a caf´e", "it´s a caf´e"),
        ("l´auto qu`a", "l´auto qu`a"),
        ("the value (¨a) of ˆx", "the value (¨a) of ˆx"),
        ("l’´etude d’un r´eseau `a l’´Ecole", "l’étude d’un réseau à l’École"),
        ("´alpha´ for na¨ıve words", "´alpha´ for naïve words"),
        (
            "The o\x0ece o\x0bers\r\n\x0cve \rats, na\x7f\x10ve",
            "The office offers\r\nfive flats, naïve",
        ),
        ("a \x13etude of the \x0crst", "a étude of the first"),
        ("I\uf76e\uf776\uf76f\uf769\uf763\uf765 \uf732\uf730", "Invoice 20"),
        ("\x0b no letters \x0c", "\x0b no letters \x0c"),
    ],
)
def test_ligatures_and_accents_of_tex_are_letters(layer, text):
    decoded = decode_tex(layer)
    assert len(decoded) == len(layer)
    assert mend_letters(decoded) == text
