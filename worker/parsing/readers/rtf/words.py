"""The control words of RTF by what they do to the visible text: Microsoft RTF 1.9.1."""

CHARACTERS = {
    **dict.fromkeys((b"tab", b"cell", b"nestcell", b"emspace", b"enspace", b"qmspace"), " "),
    b"emdash": "\u2014",
    b"endash": "\u2013",
    b"bullet": "\u2022",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
    b"zwj": "\u200d",
    b"zwnj": "\u200c",
    # The bar of a fraction and the sign of a root in formulas.
    b"mden": "/",
    b"mrad": "\u221a",
}
CELLS = frozenset({b"cell", b"nestcell"})
SYMBOLS = {b"~": " ", b"_": "-"}
ROWS = frozenset({b"row", b"nestrow"})
LINES = ROWS | {b"line", b"lbr", b"softline"}
PARAGRAPHS = frozenset(
    {b"par", b"sect", b"page", b"column", b"softpage", b"softcol"} | {b"\r", b"\n"}
)
HEADERS = frozenset({b"header", b"headerl", b"headerr", b"headerf"})
FOOTERS = frozenset({b"footer", b"footerl", b"footerr", b"footerf"})
# Those of first and left pages show only with these words.
SWITCHED = {
    **dict.fromkeys((b"headerf", b"footerf"), b"titlepg"),
    **dict.fromkeys((b"headerl", b"footerl"), b"facingp"),
}
# Texts beside the running text: notes, comments, text boxes.
ASIDES = frozenset({b"footnote", b"annotation", b"shptxt", b"dptxbxtext"})
# Starred groups that hold visible text; all other starred groups are for programs.
PASSED = frozenset({b"shpinst", b"do", b"moMath", b"moMathPara", b"nesttableprops"})
HIDDEN = frozenset(
    {b"colortbl", b"info", b"pict", b"nonshppict", b"ffdata", b"shprslt"}
    | {b"filetbl", b"listtable", b"listoverridetable", b"revtbl", b"rsidtbl", b"private"}
    | {b"pntxta", b"pntxtb", b"leveltext", b"levelnumbers", b"nonesttables", b"mmathPict"}
    | {b"ftnsep", b"ftnsepc", b"ftncn", b"aftnsep", b"aftnsepc", b"aftncn", b"template"}
    | {b"bkmkstart", b"bkmkend", b"xe", b"rxe", b"txe", b"tc", b"tcn", b"objdata", b"objclass"}
    | {b"objname", b"objalias", b"objsect", b"falt", b"panose", b"fontemb", b"fontfile"}
    | {b"atnid", b"atnauthor", b"atntime", b"atnicn", b"atndate", b"atnref", b"atnparent"}
    | {b"atrfstart", b"atrfend", b"datafield", b"nextfile", b"passwordhash", b"mhtmltag"}
)
CAPTURED = frozenset({b"fonttbl", b"stylesheet", b"sn", b"sv", b"upr"})
PROPERTY = frozenset({b"sn", b"sv"})
# The codes of a field, its form field, and the entries of its list.
FIELD = frozenset({b"fldinst", b"formfield", b"ffl"})
FORM_WORDS = frozenset({b"fftype", b"ffres", b"ffdefres"})
SHOWN = frozenset({b"", b"htmltag"})
SETS = {b"mac": 10000, b"pc": 437, b"pca": 850}
DESTINATIONS = FIELD | HEADERS | FOOTERS | ASIDES | HIDDEN | CAPTURED | {b"ud", b"htmltag"}
# A run of text is not shown for one or more of these reasons.
VANISHED, DELETED, MOVED, FOR_RTF_ONLY = 1, 2, 4, 8
REASONS = {b"v": VANISHED, b"deleted": DELETED, b"mvf": MOVED, b"htmlrtf": FOR_RTF_ONLY}
