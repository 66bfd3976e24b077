"""Lists of choices in forms, of which browsers show the chosen one: HTML Standard, 4.10.7."""

import re

_BEGIN = re.compile(r"<select(?=[\s/>])([^<>]*)>", re.IGNORECASE)
_END = re.compile(r"</select(?=[\s/>])", re.IGNORECASE)
_OPTION = re.compile(r"<option(?=[\s/>])([^<>]*)>([^<]*)", re.IGNORECASE)
# Anything else within a list is a mistake of the page, or of looking into a script.
_ONLY_OPTIONS = re.compile(r"(?:[^<]++|</?(?:option|optgroup|hr)(?=[\s/>]))*+", re.IGNORECASE)
_IS_OPEN = re.compile(r"\s(?:multiple|size\s*=\s*[\"']?(?:[2-9]|[1-9]\d))", re.IGNORECASE)
_SELECTED = re.compile(r"\sselected(?=[\s=/]|$)", re.IGNORECASE)


def show_choices(markup: str) -> str:
    """Return markup with the chosen option only in each list that drops down."""
    pieces: list[str] = []
    position = end = 0
    while begin := _BEGIN.search(markup, position):
        if end < begin.end():
            found = _END.search(markup, begin.end())
            if found is None:
                break
            end = found.start()
        pieces.append(markup[position : begin.end()])
        position = begin.end()
        options = _ONLY_OPTIONS.match(markup, position, end)
        if not _IS_OPEN.search(begin[1]) and options and options.end() == end:
            pieces.append(_chosen(options[0]))
            position = end
    return "".join((*pieces, markup[position:])) if pieces else markup


def _chosen(options: str) -> str:
    """Return the text of the option that is selected last, or of the first one."""
    found = _OPTION.findall(options)
    selected = [text for attributes, text in found if _SELECTED.search(attributes)]
    return selected[-1] if selected else found[0][1] if found else ""
