"""How often letters follow each other in the languages of three scripts, and common characters.

The figures are the mean of 31 languages in Latin script, of four in Cyrillic and of Greek, with
equal weights, from the language profiles of langdetect 1.0.9 (Apache License 2.0), which count the
letters of Wikipedia. Letters are without case and marks.
"""

from types import MappingProxyType


def _unpack(letters: str, rows: str) -> dict[tuple[str, str], int]:
    return {
        (first, second): int(rarity, 16)
        for first, row in zip(letters, rows.split(), strict=True)
        for second, rarity in zip(letters, row, strict=True)
    }


# A row for each first letter, a hexadecimal digit for each second one.
_LATIN_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LATIN = """
8987aa89898676a9c67789ab99
8cee8eee9eeaed9ee9de9eeebe
8ece8ee88dabec8eebcaaeeebc
7dea6eea7dcbca8eeaac9ccebb
9a889b8a8a9786a9e667a9bbaa
9eeeabee9eebee9ee9dbbeeece
8eed8ebb9cdadb9ee9bc9eceae
8eee7eee9dccdc9eebea9ddebe
7a887a9b9987868ad877a9cdaa
8eee8eee9edeec9eeebeaeeeee
7ede8eec8ebabc8eeaa98dcebe
6bca7cbd7ba8ab8deea99cdeae
79ee7ece8cccac8aecbc9ecece
7c977c7a7aabd98eed879cce9b
a998aa9baa988799e78998aeca
8eee8eeb9eeaee8be8cbaeeeee
deeeceeedeeeeeeeeeeeaeeeee
7aa97cab7caa997bea988bceab
7c9d7dd97c8abb89ec969bdeba
6cee6ed87dcbcb7ee8998bcead
9aa99cababa897bae889abcdca
8eee8eee8eeceb9eeccebeeebe
8eeeaeeeaeedecaeeddedeeebe
beeedeeeceeeeeeeeeeddeeeee
9dbaaccdbdcba9adebabcdceee
9dec9eee9eddcbaeeedcbcdece
"""
_GREEK_LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"
_GREEK = """
ea89cae958786ac776799aee
9eeeaedeaebeee9e9eeeeeee
9eae8eae89abae8e9eebecea
9eee9e9e7eeeee9e9eeaeeeb
ac9aedea69797aa87778b9ea
beeeaedebeeeeeaeeeeeeeec
eeaeeeeae9a77eee968eecee
aeee8e9ebebbbeaebeebeeeb
6ba89acae6997e6a978ecae9
6eec7e7e9caeee7d9e99eee9
8dde8e8e7c8bee7deec9ceea
7aee6e9e8eeace79eeebbeeb
6eca8e8b7eeeae7eeb7beee8
beeeaebebeeeeeceeeeceeee
cb89aeeb79777ce87685aaee
7eee8eae8e9ede6d8eadeeeb
7c9c8e9c6adabc7eccaac9e8
9eee8e8c89e9ee9aea68baea
6eee7b6e6eccee5e8acaeee8
acabcceaea998eb9878ebbce
9eee9eacaeeeee9ebeebeeeb
9eee9eacaeeebe9e9eceeeea
eeeececeeeeeeeeeeeeeeeee
edbceedbeeea7eea989eeeee
"""
_CYRILLIC_LETTERS = "абвгдежзиклмнопрстуфхцчшщъыьэюяієјљњћџѓѕ"
_CYRILLIC = """
ba8a8bb898786c9786bba9abbeeeebabcaebeeee
9eeee9ee9e9ec9e9ceaeeeeebbceeeebeeeeeeee
7eedc7ee7bae97e9abaededcebbeeeb9eeeeeeee
8eeee9ee9eaec7e8eeaeeeeeedeeeeeaeeeeeeee
8daee7ae8cbc88d9ae9eeeeeecdeeecaeeeeeeee
bb897ba998786a9787ecbaabceeeeecdececeeee
aeeeb9eeaeeeaceeeeceeeeeeeeeeeeeeeeeeeee
7bacaaee9ccb9abbdcbeeeeeeecbeeeceeeeeeee
ab9a99c8888878a977eb998bceeeec8ee9eeeeee
7ebee9de7eadc6e9a99eeceeeceeeeeaeeeeeeee
7cebd7dd7bcca8eebc9eeeeeedd8ea99eeeeeeee
7ccee7ee8eddb8aebe9eeeeeedceeec9edeeeeee
5eea98ed6aee86ee88ace9ddee9aee98eeeeeeee
c87879a988787c9777dbbbabbeeeeabae9eeeeee
8eeee8ee9eaec7d7bcaeeeececdeeeeaedeeeeee
6baaa7bc7aca97cc998ebcdbebbdeeaaeeeeeeee
9eaee7ee879b989ba6aedcedeae9ee9aeeeeeeee
6c8ee7ee7bce96e89b8eeeeeebc9eebaeeeeeeee
ba9aacbad99a9ea99aeecdabdeeeebeedeeeeeee
beeeeaeeaeeeeae9deceeeeeeeeeeeeceeeeeeee
aeeeeceebeeec9ebeeceeeeeeeeeeeeceeeeeeee
aeeee9ee8ceeeeedeebeeeeeeeeceed9eeeeeeee
9edee8ee9ade9ceeeeceeeeeeeeeeeedeeeeeeee
aeeeeaeeabdebceeeadeeeeeeeeeeeeeeeeeeeee
aeeeeaeebeeeebeeedeeeeeeeeeeeeeeeeeeeeee
edcbdcecedadceeacbeeeeeedeeeeeeeeeeeeeee
eeceebeeaccbeeeeddeeaeeeeeeeeeeeeeeeeeee
edeeedede9ec9bdeaceeeeeceeeeecdeeeeeeeee
eeeeeeeeeddeeeeeeceeeeeeeeeeeeeeeeeeeeee
eedededeeededeedebeeedceceeeeeeeeeeeeeee
edbdccecebcbaeedd9eecededeeeedeeeeeeeeee
cb9d9edbaaac9abbaaeedbadeeeeeebabeeeeeee
eedeeeeeeeeeeeeeeceeeeeeeeeeebeeeeeeeeee
8eeeedeeedeecceecebeeeeeeeeeeeeeeeeeeeee
eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee
deeeebeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee
eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee
eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee
eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee
eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee
"""

RARITIES = MappingProxyType(
    _unpack(_LATIN_LETTERS, _LATIN)
    | _unpack(_GREEK_LETTERS, _GREEK)
    | _unpack(_CYRILLIC_LETTERS, _CYRILLIC)
)
"""By pairs of letters: minus the binary logarithm of a pair's share in its script, 3 to 14."""

COMMON_HAN = frozenset(
    "丈的丁年不休丞使一日家是中丕人大佐国月在於小丼事地倫学本名交和有生作乘行以用國何部会成亚上"
    "主公分勞代为物西于文及合由南第価語山位者宮所子世之称等乱立前理時信教多高民目同英自最台社定"
    "學区東特化通斯聞科路全州聯式業動其下港美工発後份現表三体開期系共原米要利建或機界場指間個県"
    "都天度制種電至个加基品内死平王球香而放手二治設他組區外可力校音金元水能了与面属数車稱德會也"
    "号形重線司正布被京空送常戦連克次川时神里江院安声入来関四拉記與画林流島女言任因省城身初運河"
    "員保置发十曲东当朝到田长活口發得選義后站植呼造星對引書知務起野際族統提技域計究比程演町此近"
    "电育馬影又洲福巴各爾局術亞动量始商展器太尼著湾向屬石約対製取"
)
"""The 300 most common characters of Chinese, simplified and traditional, and Japanese."""
