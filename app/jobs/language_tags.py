"""Languages as people and programs write them, and the code of ours that each one means."""

from app.jobs.languages import LANGUAGES

DEFAULT = "en"

# Tags (BCP 47, lower case) that are not simply one of our codes.
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


def resolve(given: str) -> str | None:
    """Return our code of a language, None when it is none that we know.

    Our own codes are taken as they are, tags with or without a region or a script: `pt`,
    `pt-BR`, `zh_TW`.
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
