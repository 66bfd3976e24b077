"""The 86 languages that a job may name, and the tags that clients use for them."""

LATIN = (
    "af az bs cs cy da de en es et fr ga hr hu id is it ku la lt lv mi ms mt nl no oc pi pl pt ro "
    "rs_latin sk sl sq sv sw tl tr uz vi"
)
ARABIC = "ar fa ug ur"
BENGALI = "bn as mni"
CYRILLIC = "ru rs_cyrillic be bg uk mn abq ady kbd ava dar inh che lbe lez tab tjk"
DEVANAGARI = "hi mr ne bh mai ang bho mah sck new gom sa bgc"
OTHERS = "th ch_sim ch_tra ja ko ta te kn"

# The codes of the original API.
LANGUAGES: tuple[str, ...] = tuple(
    " ".join((LATIN, ARABIC, BENGALI, CYRILLIC, DEVANAGARI, OTHERS)).split()
)

DEFAULT_LANGUAGE = "en"

_NAMES = """
    af Afrikaans, az Azerbaijani, bs Bosnian, cs Czech, cy Welsh, da Danish, de German,
    en English, es Spanish, et Estonian, fr French, ga Irish, hr Croatian, hu Hungarian,
    id Indonesian, is Icelandic, it Italian, ku Kurdish, la Latin, lt Lithuanian, lv Latvian,
    mi Maori, ms Malay, mt Maltese, nl Dutch, no Norwegian, oc Occitan, pi Pali, pl Polish,
    pt Portuguese, ro Romanian, rs_latin Serbian in Latin letters, sk Slovak, sl Slovenian,
    sq Albanian, sv Swedish, sw Swahili, tl Tagalog, tr Turkish, uz Uzbek, vi Vietnamese,
    ar Arabic, fa Persian, ug Uyghur, ur Urdu, bn Bengali, as Assamese, mni Manipuri,
    ru Russian, rs_cyrillic Serbian in Cyrillic letters, be Belarusian, bg Bulgarian, uk Ukrainian,
    mn Mongolian, abq Abaza, ady Adyghe, kbd Kabardian, ava Avar, dar Dargwa, inh Ingush,
    che Chechen, lbe Lak, lez Lezgian, tab Tabasaran, tjk Tajik,
    hi Hindi, mr Marathi, ne Nepali, bh Bihari, mai Maithili, ang Angika, bho Bhojpuri, mah Magahi,
    sck Nagpuri, new Newari, gom Konkani, sa Sanskrit, bgc Haryanvi,
    th Thai, ch_sim simplified Chinese, ch_tra traditional Chinese, ja Japanese, ko Korean,
    ta Tamil, te Telugu, kn Kannada
"""
LANGUAGE_NAMES = {
    code: name for code, _, name in (pair.strip().partition(" ") for pair in _NAMES.split(","))
}

# Tags (BCP 47, lower case) that are not one of the codes.
_TAGS = {
    "zh": "ch_sim",
    "zh-cn": "ch_sim",
    "zh-sg": "ch_sim",
    "zh-hans": "ch_sim",
    "zh-tw": "ch_tra",
    "zh-hk": "ch_tra",
    "zh-mo": "ch_tra",
    "zh-hant": "ch_tra",
    "sr": "rs_cyrillic",
    "sr-cyrl": "rs_cyrillic",
    "sr-latn": "rs_latin",
    "nb": "no",
    "nn": "no",
    "fil": "tl",
    "kok": "gom",
    "tg": "tjk",
    "av": "ava",
    "ce": "che",
}


def requested_language(lang: str, given_lang: str | None) -> str | None:
    """Return the code of the language that a job names, None where it names none.

    `lang` and `given_lang` are those of `Job`, which has the default where none is given.
    """
    return None if given_lang is None and lang == DEFAULT_LANGUAGE else lang


def resolve_language(given: str) -> str | None:
    """Return the code of a language, None if it is unknown.

    `given` is a code, or a tag with or without a region or a script: `pt`, `pt-BR`, `zh_TW`.
    """
    tag = given.strip().lower()
    if tag in LANGUAGES:
        return tag
    tag = tag.replace("_", "-")
    while tag:
        if tag in _TAGS:
            return _TAGS[tag]
        if tag in LANGUAGES:
            return tag
        tag = tag.rpartition("-")[0]
    return None
