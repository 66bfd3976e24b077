"""Guesses which of the encodings before Unicode some bytes are in.

Each candidate that decodes the bytes gets a score for how much the result resembles words: common
letters of one alphabet, vowels between consonants, capitals at the start only. Statistics of long
texts do not work, because an invoice or a recipe may have thirty letters beyond ASCII in all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

_FALLBACK = "cp1252"
_MAX_SCORED = 4000

_LATIN_SIGNS = "’‘“”„–—…•€£§°«»©®™´·¿¡½¼º²³"
# The letters beyond ASCII of each language: one text mixes no two of these sets.
_WESTERN = (
    "äöüßéà",
    "éèàùâêîôûçëïüöœæ",
    "áéíóúñüç",
    "ãõáéíóúâêôçà",
    "àèéìòù",
    "åäöæøéüà",
    "àçèéíïòóúü",
)
_ICELANDIC = ("áéíóúýþæöð",)
_CENTRAL = (
    "ąćęłńóśźż",
    "áčďéěíňóřšťúůýž",
    "áäčďéíĺľňóôŕšťúýž",
    "áéíóöőúüű",
    "ăâîşţș",
    "čćđšž",
)
_TURKISH = ("çğıöşüâîûİ",)
_BALTIC = ("āčēģīķļņšūž", "ąčęėįšųūž", "äöüõšž")

_RUSSIAN = "оеаинтсрвлкмдпуязьыбгчйхжшюцщэфъёіїєґјљњћђџѓќўѕ"
_GREEK = "αοιετσνηυρπκμλςωδγχθφβξζψάόίέήύώϊϋΐΰ"
# The commonest pairs of letters distinguish encodings with the same single letters.
_RUSSIAN_PAIRS = (
    "ст но то на ен ов ни ра во ко ал ер ли по ре пр ос ть ка та ро не ет ан ло ел го де ль от"
    " ор ва ле ат те ол да ом ес ит ри ла ис ве ам ин ма об ме ак ил тр за сл чт ем мо ки ик оп"
    " пл ус ск ия ие ый ой ог ди до со вы ів ня"
)
_GREEK_PAIRS = (
    "ου το τα αι στ να ει ησ τη τι ση απ ρο αν εν ος ης ων ια πο κα εί ικ νο λο ερ με ατ ρα τε"
    " αρ ιν ον ας έν τω ολ μο λη πλ"
)
_HEBREW = "יוהלאמרתבשםנחדקעפטגזכןסצךףץ"
_ARABIC = "الينمروتبةعدسفهكقحجىشصطخأءضذزغثإئظؤآ"
_THAI = "านรอกเงมยลวดทส่ตะปบคหแจพชขใไโผธซณ้ัีิ็ุู์ำ"

_CHINESE = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过"
    "家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本"
    "見經頭面公同三已老從動兩長知這個說們為時會對來國過後裡麼發還當開學沒樣現進實種應與"
    "材料盐糖油水分钟鸡蛋月号金额合计第"
)
_CHINESE_SIGNS = frozenset("，。、：；（）“”《》！？　")
_JAPANESE = frozenset("年月日円合計請求書金額様株式会社御見積領収納品番号住所電話税込人作方材料分")
_KOREAN = frozenset(
    "이다는의에을를하고가로한지기사은도서리어나대인시그으자아일정해수부들전있었것과게만보주라"
    "장원제여구스우위상무소공경동니면되적조안비성니금액합계월년"
)

# Alphabets without vowels get the bonus that others get for vowels between consonants. Bytes of
# other encodings hardly ever decode as Thai, while Thai ones decode as rare Chinese characters.
_NO_VOWELS_BONUS, _THAI_BONUS = 0.2, 0.45
# Letters seldom stand beside digits, and single ones are seldom words; signs of money do both.
_BESIDE_DIGIT, _ALONE = 0.8, 0.8
# A sign says less than a letter of the language.
_SIGN = 0.9
# Italian ì ends words, and no vowel follows a French or Catalan è; Czech has ě and č there.
_VOWELS = "aeiouyáéíóúů"
_NOT_BEFORE = {"ì": _VOWELS + "bcdfghjklmnpqrstvwxz", "è": _VOWELS}
# Words of one letter in Western languages.
_WORDS, _RARE_WORD = frozenset("àèéóÀÈÉÓ"), 0.15

_CYRILLIC_VOWELS = frozenset("аеёиоуыэюяіїє")
_GREEK_VOWELS = frozenset("αεηιουωάέήίόύώ")


@dataclass(frozen=True, slots=True)
class _Alphabet:
    """Letters from the commonest to the rarest; vowels and common pairs if they are used."""

    letters: str
    vowels: frozenset[str] = frozenset()
    pairs: frozenset[str] = frozenset()
    bonus: float = _NO_VOWELS_BONUS

    def ranks(self) -> dict[str, float]:
        """Return how common each letter is, between 0 and 1."""
        return _rank(self.letters)


@cache
def _rank(letters: str) -> dict[str, float]:
    return {letter: 1 - place / len(letters) for place, letter in enumerate(letters)}


def guess_encoding(data: bytes) -> str:
    """Return the codec with the best score for the bytes; cp1252 if all scores are low."""
    best, best_score = _FALLBACK, 0.05
    for codec, score in _CANDIDATES:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError as error:
            # The sample may end inside a character.
            if error.start < len(data) - 4:
                continue
            text = data[: error.start].decode(codec)
        value = score(text)
        if value > best_score:
            best, best_score = codec, value
    return best


def _score_latin(text: str, language: frozenset[str]) -> float:
    """Score text in Latin letters, where letters beyond ASCII stand between plain ones."""
    total = 0.0
    count = 0
    for before, character, after in _triples(text):
        count += 1
        is_inside = before.isalpha() and after.isalpha()
        if character.lower() in language or character in language:
            total += 1.0
            total -= 1.5 * (before.islower() and character.isupper())
            total -= 1.5 * (character.islower() and after.isupper())
            is_alone = not _is_ascii_letter(before) and not _is_ascii_letter(after)
            if is_alone:
                total -= _RARE_WORD if _is_word(before, character, after) else 0.7
            total -= _BESIDE_DIGIT * (before.isdigit() or after.isdigit())
            total -= 0.5 * (after.isalpha() and after.lower() in _NOT_BEFORE.get(character, ""))
        elif character in _LATIN_SIGNS:
            total += -1.0 if is_inside and character not in "’·" else _SIGN + 0.1 * is_inside
        elif character == "\xa0":
            total += 0.5
        elif character.isalpha():
            total -= 0.3
        else:
            total -= 2.0
    return total / count if count else 0.0


def _score_alphabet(text: str, alphabet: _Alphabet) -> float:
    """Score text in another alphabet, whose words have no Latin letters."""
    ranks = alphabet.ranks()
    total = 0.0
    count = 0
    for before, character, after in _triples(text):
        count += 1
        lower = character.lower()
        if lower in ranks:
            total += 0.3 + 0.7 * ranks[lower] - 0.05 * character.isupper()
            total -= 1.5 * (before.islower() and character.isupper())
            total -= 2.0 * (_is_ascii_letter(before) or _is_ascii_letter(after))
            total -= _BESIDE_DIGIT * (before.isdigit() or after.isdigit())
            total -= _ALONE * (not before.isalpha() and not after.isalpha())
            if not alphabet.vowels:
                total += alphabet.bonus
            elif before.lower() in ranks:
                alternates = (before.lower() in alphabet.vowels) != (lower in alphabet.vowels)
                total += 0.25 if alternates else -0.15
                total += 0.4 * (before.lower() + lower in alphabet.pairs)
        elif character in _LATIN_SIGNS or character in "№\xa0،؛؟":
            total += 0.2 if not (before.isalpha() and after.isalpha()) else -1.0
        elif character.isalpha():
            total -= 0.5
        else:
            total -= 2.0
    return total / count if count else 0.0


def _score_chinese(text: str) -> float:
    characters = _beyond_ascii(text)
    kana = sum(1 for character in characters if "\u3041" <= character <= "\u30ff")
    familiar = sum(
        1 for character in characters if character in _CHINESE or character in _CHINESE_SIGNS
    )
    ideographs = sum(1 for character in characters if "\u4e00" <= character <= "\u9fff")
    return _weigh(len(characters), ideographs + familiar / 2 - 2 * kana, familiar)


def _score_japanese(text: str) -> float:
    characters = _beyond_ascii(text)
    kana = sum(1 for character in characters if "\u3041" <= character <= "\u30ff")
    signs = sum(1 for character in characters if character in "、。（）「」・　ー")
    narrow = sum(1 for character in characters if "\uff61" <= character <= "\uff9f")
    ideographs = sum(1 for character in characters if "\u4e00" <= character <= "\u9fff")
    familiar = kana + signs + sum(1 for character in characters if character in _JAPANESE)
    return _weigh(len(characters), kana + ideographs + signs - 2 * narrow, familiar)


def _score_korean(text: str) -> float:
    characters = _beyond_ascii(text)
    syllables = sum(1 for character in characters if "\uac00" <= character <= "\ud7a3")
    familiar = sum(1 for character in characters if character in _KOREAN)
    return _weigh(len(characters), syllables, familiar)


def _east_asian(score: Callable[[str], float]) -> Callable[[str], float]:
    """Let characters within Latin words count against a text."""
    return lambda text: score(text) - _share_in_words(text)


def _share_in_words(text: str) -> float:
    triples = _triples(text)
    within = sum(
        _is_ascii_letter(before) and _is_ascii_letter(after) for before, _, after in triples
    )
    return within / max(1, len(triples))


def _weigh(count: int, plausible: float, familiar: int) -> float:
    """Combine the shares of plausible and of very common characters; the highest score is 1.3."""
    if not count:
        return 0.0
    return min(1.0, plausible / count) * 0.5 + min(1.0, 4 * familiar / count) * 0.9 - 0.1


def _triples(text: str) -> list[tuple[str, str, str]]:
    """Return each character beyond ASCII with its neighbours."""
    padded = f" {text} "
    places = [place for place, character in enumerate(padded) if character > "\x7f"]
    return [(padded[at - 1], padded[at], padded[at + 1]) for at in places[:_MAX_SCORED]]


def _beyond_ascii(text: str) -> list[str]:
    return [character for character in text if character > "\x7f"][:_MAX_SCORED]


def _is_word(before: str, character: str, after: str) -> bool:
    return character in _WORDS and before.isspace() and after.isspace()


def _is_ascii_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _latin(languages: tuple[str, ...]) -> Callable[[str], float]:
    sets = [frozenset(letters) for letters in languages]
    return lambda text: max(_score_latin(text, language) for language in sets)


def _other(
    letters: str,
    vowels: frozenset[str] = frozenset(),
    pairs: str = "",
    bonus: float = _NO_VOWELS_BONUS,
) -> Callable[[str], float]:
    alphabet = _Alphabet(letters, vowels, frozenset(pairs.split()), bonus)
    return lambda text: _score_alphabet(text, alphabet)


# The first candidate wins among equal scores.
_CANDIDATES: tuple[tuple[str, Callable[[str], float]], ...] = (
    ("cp1252", _latin(_WESTERN)),
    ("iso8859-15", _latin(_WESTERN)),
    ("cp1251", _other(_RUSSIAN, _CYRILLIC_VOWELS, _RUSSIAN_PAIRS)),
    ("koi8-u", _other(_RUSSIAN, _CYRILLIC_VOWELS, _RUSSIAN_PAIRS)),
    ("cp866", _other(_RUSSIAN, _CYRILLIC_VOWELS, _RUSSIAN_PAIRS)),
    ("iso8859-5", _other(_RUSSIAN, _CYRILLIC_VOWELS, _RUSSIAN_PAIRS)),
    ("gb18030", _east_asian(_score_chinese)),
    ("big5hkscs", _east_asian(_score_chinese)),
    ("cp932", _east_asian(_score_japanese)),
    ("euc_jp", _east_asian(_score_japanese)),
    ("cp949", _east_asian(_score_korean)),
    ("cp1254", _latin(_TURKISH)),
    ("cp1250", _latin(_CENTRAL)),
    ("iso8859-2", _latin(_CENTRAL)),
    # Icelandic has the letters of Turkish at the same places, and others that Turkish lacks.
    ("cp1252", _latin(_ICELANDIC)),
    ("cp1257", _latin(_BALTIC)),
    ("cp1253", _other(_GREEK, _GREEK_VOWELS, _GREEK_PAIRS)),
    ("cp1255", _other(_HEBREW)),
    ("cp1256", _other(_ARABIC)),
    ("iso8859-6", _other(_ARABIC)),
    ("cp874", _other(_THAI, bonus=_THAI_BONUS)),
    ("cp850", _latin(_WESTERN)),
    ("mac-roman", _latin(_WESTERN)),
    ("cp852", _latin(_CENTRAL)),
    ("cp857", _latin(_TURKISH)),
    ("cp737", _other(_GREEK, _GREEK_VOWELS, _GREEK_PAIRS)),
)
