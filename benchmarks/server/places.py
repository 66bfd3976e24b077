"""The places where a server may leave files that it should not leave."""

import contextlib
import os
import pwd
import sys
import tempfile
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path


@contextlib.contextmanager
def private_places() -> Iterator[Path]:
    """Have this program and the server it starts use a private home and TMPDIR.

    Gives the directory that both are in.
    """
    before = {name: os.environ.get(name) for name in ("HOME", "TMPDIR")}
    with tempfile.TemporaryDirectory(prefix="pigeonhole-benchmark-") as folder:
        root = Path(folder).resolve()
        root.chmod(0o755)  # the user that reads files must get to its directory
        for name in before:
            (root / name).mkdir()
            os.environ[name] = str(root / name)
        tempfile.tempdir = os.environ["TMPDIR"]
        try:
            yield root
        finally:
            tempfile.tempdir = None
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


class Places:
    """The files where programs write: temporary ones, the home, here, the environment."""

    def __init__(self, ignored: Sequence[str] = ()) -> None:
        """Leave out the files whose paths fit one of the patterns."""
        self._ignored = [*ignored]
        self._roots: set[Path] = set()
        self._private = Path()
        self._before: dict[str, tuple[int, int]] = {}

    @property
    def names(self) -> list[str]:
        """What is looked at, for people."""
        return ["its home", "its TMPDIR", *sorted(map(str, self._roots))]

    def remember(self, private: Path, work: Path) -> None:
        """Note every file's size and time of change.

        `private` is what `private_places` gave, `work` the one folder the server may write in.
        """
        home = pwd.getpwuid(os.getuid()).pw_dir
        places = ("/tmp", "/var/tmp", "/dev/shm", home, Path.cwd(), sys.prefix)
        self._roots = {Path(place).resolve() for place in places}
        self._private = private
        self._ignored.append(f"{work.resolve()}/*")
        self._before = self._look()

    def changed(self) -> list[str]:
        """Return the files that are new or other than before."""
        now = self._look()
        return sorted(path for path, state in now.items() if self._before.get(path) != state)

    def _look(self) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for root in {*self._roots, self._private}:
            for folder, _, names in os.walk(root):
                for name in names:
                    path = Path(folder, name)
                    if any(fnmatch(str(path), pattern) for pattern in self._ignored):
                        continue
                    with contextlib.suppress(OSError):  # gone meanwhile
                        state = path.lstat()
                        found[str(path)] = (state.st_mtime_ns, state.st_size)
        return found
