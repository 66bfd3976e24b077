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
