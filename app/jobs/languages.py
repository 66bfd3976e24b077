"""The 86 languages that a job may name, as the original API spells them."""

LATIN = (
    "af az bs cs cy da de en es et fr ga hr hu id is it ku la lt lv mi ms mt nl no oc pi pl pt ro "
    "rs_latin sk sl sq sv sw tl tr uz vi"
)
ARABIC = "ar fa ug ur"
BENGALI = "bn as mni"
CYRILLIC = "ru rs_cyrillic be bg uk mn abq ady kbd ava dar inh che lbe lez tab tjk"
DEVANAGARI = "hi mr ne bh mai ang bho mah sck new gom sa bgc"
OTHERS = "th ch_sim ch_tra ja ko ta te kn"

LANGUAGES: tuple[str, ...] = tuple(
    " ".join((LATIN, ARABIC, BENGALI, CYRILLIC, DEVANAGARI, OTHERS)).split()
)
