"""The static files of web pages."""

from importlib.resources import files


def read_assets(package: str) -> dict[str, bytes]:
    """Return the files of a package's folder `static` by name, with those that all pages share.

    `package` is the dotted name of a package of pages, such as `app.console`.
    """
    folders = (files("app.web") / "static", files(package) / "static")
    return {
        each.name: each.read_bytes()
        for folder in folders
        for each in folder.iterdir()
        if each.is_file()
    }
