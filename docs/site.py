"""Write the documentation as a static site: `make docs`. The server shows the same at /help."""

import shutil
import sys
from pathlib import Path

from app.help.pages import read_site
from app.help.rendering import render_article, render_page
from app.help.routes import static_files

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "site"


def write_site(folder: Path) -> None:
    """Write all pages and files into a folder."""
    site = read_site(ROOT)
    contents = {
        **{
            address: render_page(site, page, render_article(site, page)).encode()
            for address, page in site.pages.items()
        },
        **{address: path.read_bytes() for address, path in site.files.items()},
        **static_files(),
    }
    for address, content in contents.items():
        path = folder / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    write_site(FOLDER)
    sys.stdout.write(f"The documentation is in {FOLDER.name}/: open {FOLDER.name}/index.html.\n")
