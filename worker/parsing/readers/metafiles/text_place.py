"""Where the texts of metafiles begin: [MS-WMF] 2.1.2.3 (TextAlignmentMode), also for EMF."""

from dataclasses import dataclass

_FROM_POSITION, _HORIZONTAL, _RIGHT, _CENTER = 1, 6, 2, 6


@dataclass(slots=True)
class TextPlace:
    """The alignment that records have chosen, and the current position: left and height."""

    alignment: int = 0
    position: tuple[int, int] = (0, 0)

    def begin(self, left: int, height: int, width: int) -> tuple[int, int]:
        """Return where a text begins that a record puts at a place; 0 is a width unknown.

        A text at the current position moves this to its end.
        """
        if self.alignment & _FROM_POSITION:
            left, height = self.position
            self.position = left + width, height
        side = self.alignment & _HORIZONTAL
        if side == _CENTER:
            left -= width // 2
        elif side == _RIGHT:
            left -= width
        return left, height
