from pathlib import Path

import pytest

from app.help.pages import Site, read_site

CONTENTS = """# Contents

## Start

- [First](first.md): the first page.
- [What it is](../README.md)
- [A part of a page](first.md#usage), not listed twice.

## Nothing here

- [A stranger](https://example.com/page.md)
"""
FIRST = """# The first page

See [the contents](README.md), [a part](#usage), [a part of another](how-to/second.md#usage-1),
[a script](../deploy/run.py), [elsewhere](https://example.com) and <b>no HTML</b>.

![A picture](pictures/one.png)

## Usage

    ## no heading

## Usage

## `Code`, and (signs)!

| a | b |
|---|---|
| 1 | 2 |
"""
SECOND = """# Second

```sh
# no heading either: pelican
```

## Usage

Feed the **pelican** with `fish` and [bread](../first.md) | often.

## Usage

Nothing more.
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    for name, text in {
        "README.md": "# Overview\n\n[Contents](docs/README.md)\n",
        "docs/README.md": CONTENTS,
        "docs/first.md": FIRST,
        "docs/how-to/second.md": SECOND,
        "docs/pictures/one.png": "PNG",
        "docs/generate.py": "",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_site(tmp_path)
