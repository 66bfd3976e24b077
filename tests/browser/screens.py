"""Screenshots of a page, wide and narrow, light and dark; axe-core looks at each."""

from pathlib import Path
from typing import Any

from devtools.browser import AXE, NARROW, WIDE

RUN_AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations
    .filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html).join(" | ")}`);
}"""


class Screens:
    """Keeps pictures of screens in a folder, which git ignores."""

    def __init__(self, page: Any, folder: Path) -> None:
        self._page = page
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def look(self, name: str) -> None:
        """Keep four pictures of what is shown, and fail for what axe finds serious."""
        for label, (width, height) in (("wide", WIDE), ("narrow", NARROW)):
            self._page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                self._page.emulate_media(color_scheme=scheme)
                self._keep(f"{name}-{label}-{scheme}", width)
                self._check(f"{name}, {label}, {scheme}")
        self._page.emulate_media(color_scheme="light")
        self._page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})

    def _keep(self, name: str, width: int) -> None:
        # As high as the page: what is out of sight is not drawn.
        height = self._page.evaluate("document.documentElement.scrollHeight")
        self._page.set_viewport_size({"width": width, "height": min(max(height, 600), 4000)})
        self._page.screenshot(path=str(self._folder / f"{name}.png"))
        overflow = self._page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{name} is {overflow} px wider than the window"

    def _check(self, where: str) -> None:
        if not self._page.evaluate("'axe' in window"):
            self._page.evaluate(AXE.read_text("utf-8"))
        violations = self._page.evaluate(RUN_AXE)
        assert not violations, f"{where}: {violations}"
