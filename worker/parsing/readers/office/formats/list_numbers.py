"""The numbers of lists in many scripts: ECMA-376 part 1, 17.18.59 (ST_NumberFormat)."""

import unicodedata
from collections.abc import Callable
from functools import partial

_MAX_ROMAN = 4000
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_MAX_REPEATED = 9
# Word counts by words up to here; no list is longer.
_MAX_COUNTED = 10_000

_AIUEO = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ"
_IROHA = "ｲﾛﾊﾆﾎﾍﾄﾁﾘﾇﾙｦﾜｶﾖﾀﾚｿﾂﾈﾅﾗﾑｳヰﾉｵｸﾔﾏｹﾌｺｴﾃｱｻｷﾕﾒﾐｼヱﾋﾓｾｽﾝ"
# Formats with a sign of their own for each number.
_SIGNS = {
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
    "ideographEnclosedCircle": "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
    "decimalEnclosedCircle": "".join(map(chr, range(0x2460, 0x2474))),
    "decimalEnclosedParen": "".join(map(chr, range(0x2474, 0x2488))),
    "decimalEnclosedFullstop": "".join(map(chr, range(0x2488, 0x249C))),
    "aiueo": _AIUEO,
    "aiueoFullWidth": unicodedata.normalize("NFKC", _AIUEO),
    "iroha": _IROHA,
    "irohaFullWidth": unicodedata.normalize("NFKC", _IROHA),
    "ganada": "가나다라마바사아자차카타파하",
    "chosung": "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "russianLower": "абвгдежзиклмнопрстуфхцчшщэюя",
    "russianUpper": "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ",
    "hebrew2": "אבגדהוזחטיכלמנסעפצקרשת",
    "arabicAlpha": "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "arabicAbjad": "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "thaiLetters": "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
    "hindiVowels": "अआइईउऊऋऌऍऎएऐऑऒओऔअंअः",
    "hindiConsonants": "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह",
}
# Formats with other digits.
_DIGITS = {
    "decimalFullWidth": "０１２３４５６７８９",
    "decimalFullWidth2": "０１２３４５６７８９",
    "ideographDigital": "〇一二三四五六七八九",
    "japaneseDigitalTenThousand": "〇一二三四五六七八九",
    "taiwaneseDigital": "○一二三四五六七八九",
    "koreanDigital": "영일이삼사오육칠팔구",
    "koreanDigital2": "零一二三四五六七八九",
    "hindiNumbers": "०१२३४५६७८९",
    "thaiNumbers": "๐๑๒๓๔๕๖๗๘๙",
}
# Formats that write a number as it is spoken: digits, the words for 10, 100 and 1000, and whether
# they say "one ten", "one hundred" and a zero between.
_CHINESE = ("零一二三四五六七八九", "十百千", True)
_JAPANESE = ("〇一二三四五六七八九", "十百千", False)
_COUNTED = {
    "chineseCounting": _CHINESE,
    "chineseCountingThousand": _CHINESE,
    "taiwaneseCounting": _CHINESE,
    "taiwaneseCountingThousand": _CHINESE,
    "chineseLegalSimplified": ("零壹贰叁肆伍陆柒捌玖", "拾佰仟", True),
    "ideographLegalTraditional": ("零壹貳參肆伍陸柒捌玖", "拾佰仟", True),
    "japaneseCounting": _JAPANESE,
    "japaneseLegal": ("〇壱弐参四伍六七八九", "拾百阡", False),
    "koreanCounting": ("영일이삼사오육칠팔구", "십백천", False),
}
_HEBREW = (
    *((400, "ת"), (300, "ש"), (200, "ר"), (100, "ק"), (90, "צ"), (80, "פ"), (70, "ע"), (60, "ס")),
    *((50, "נ"), (40, "מ"), (30, "ל"), (20, "כ"), (16, "טז"), (15, "טו"), (10, "י"), (9, "ט")),
    *((8, "ח"), (7, "ז"), (6, "ו"), (5, "ה"), (4, "ד"), (3, "ג"), (2, "ב"), (1, "א")),
)


SCRIPTS = (*_COUNTED, *_DIGITS, *_SIGNS, "hebrew1")
"""The names of the formats with other signs than Latin letters and digits."""


def format_count(count: int, name: str) -> str | None:
    """Return a number in one of the formats of lists, by its name in the standard.

    None for bullets and for formats that are not known here. Numbers beyond those of a format are
    in decimal digits.
    """
    write = _WRITERS.get(name)
    return None if write is None else write(count)


def roman(count: int) -> str:
    """Return a number as a Roman one in small letters, if there is one."""
    return _add_up(count, _ROMAN) if 0 < count < _MAX_ROMAN else str(count)


def _letters(count: int) -> str:
    if count < 1:
        return str(count)
    return chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, _MAX_REPEATED)


def _add_up(count: int, signs: tuple[tuple[int, str], ...]) -> str:
    found = ""
    for worth, sign in signs:
        found += sign * (count // worth)
        count %= worth
    return found


def _hebrew(count: int) -> str:
    return _add_up(count, _HEBREW) if 0 < count < 1000 else str(count)


def _sign(signs: str, count: int) -> str:
    return signs[count - 1] if 0 < count <= len(signs) else str(count)


def _digits(digits: str, count: int) -> str:
    return "".join(digits[int(digit)] for digit in str(abs(count)))


def _spoken(digits: str, units: str, says_one: bool, count: int) -> str:
    if not 0 < count < _MAX_COUNTED:
        return str(count)
    found = ""
    places = str(count)
    for at, digit in enumerate(places):
        place = len(places) - at - 1
        if digit == "0":
            if says_one and places[at:].strip("0") and not found.endswith(digits[0]):
                found += digits[0]
            continue
        # Ten and eleven have no "one" in any of these languages.
        is_silent = digit == "1" and place and (not says_one or (place == 1 and not found))
        found += ("" if is_silent else digits[int(digit)]) + (units[place - 1] if place else "")
    return found


_WRITERS: dict[str, Callable[[int], str]] = {
    "none": lambda _: "",
    "decimal": str,
    "decimalHalfWidth": str,
    "ordinal": str,
    "decimalZero": lambda count: f"{count:02}",
    "numberInDash": lambda count: f"- {count} -",
    "hex": lambda count: f"{count:X}",
    "lowerRoman": roman,
    "upperRoman": lambda count: roman(count).upper(),
    "lowerLetter": _letters,
    "upperLetter": lambda count: _letters(count).upper(),
    "hebrew1": _hebrew,
    "decimalEnclosedCircleChinese": partial(_sign, _SIGNS["decimalEnclosedCircle"]),
    **{name: partial(_sign, signs) for name, signs in _SIGNS.items()},
    **{name: partial(_digits, digits) for name, digits in _DIGITS.items()},
    **{name: partial(_spoken, *words) for name, words in _COUNTED.items()},
}
