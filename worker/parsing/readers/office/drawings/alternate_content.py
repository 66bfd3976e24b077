"""Content that a file gives in several versions: ECMA-376 part 3, 10 (markup compatibility)."""

from xml.etree.ElementTree import Element

_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
# Prefixes of namespaces, which all programs write alike.
_NOT_READ = frozenset({"v", "p14", "aink", "am3d"})


def choose_alternatives(root: Element) -> None:
    """Replace each `mc:AlternateContent` within an element by the content of one version.

    The first choice counts, which current programs show, and the next one if it is empty, or if
    it is in VML, handwriting or a model in three dimensions: these are in other parts, and the
    fallback has the picture with its description.
    """
    if next(root.iter(_ALTERNATIVES), None) is None:
        return
    waiting = [root]
    while waiting:
        parent = waiting.pop()
        if any(child.tag == _ALTERNATIVES for child in parent):
            parent[:] = _chosen(parent)
        waiting.extend(parent)


def _chosen(parent: Element) -> list[Element]:
    found: list[Element] = []
    waiting = list(reversed(parent))
    while waiting:
        child = waiting.pop()
        if child.tag != _ALTERNATIVES:
            found.append(child)
            continue
        filled = [version for version in child if len(version)]
        version = next((each for each in filled if _is_read(each)), None)
        version = version if version is not None or not filled else filled[0]
        waiting.extend(reversed(version if version is not None else ()))
    return found


def _is_read(version: Element) -> bool:
    return _NOT_READ.isdisjoint(version.get("Requires", "").split())
