"""Builds the wheel: the rooms are installed inside ``gradgap``, never beside a user's own folders.

In the repository, and in an editable install, ``theory``, ``numeric`` and ``gpu_checks`` are
packages at the top. In a wheel they are ``gradgap.theory`` and so on, gradgap.py is the package's
``__init__.py``, and every dotted name of a room is written with ``gradgap.`` in front: imports,
names of modules in strings, commands in docstrings. Of the notes the exercises come along and their
index, and no solutions. All else is in pyproject.toml.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

NOTES = ("README.md", "exercises")
ROOMS = ("theory", "numeric", "gpu_checks", "course")
DOTTED = re.compile(rf"(?<![\w./])({'|'.join(ROOMS)})(?=\.[a-z_{{]| import\b)")
MAIN = 'from gradgap import main\n\nif __name__ == "__main__":\n    main()\n'


def inside(source: str) -> str:
    """The source as it is installed. Raises ValueError for an import that would leave gradgap."""
    installed = DOTTED.sub(r"gradgap.\1", source)
    for name in imported(ast.parse(installed)):
        if name.partition(".")[0] in ROOMS:
            raise ValueError(f"this import cannot be installed inside gradgap: {name}")
    return installed


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


class BuildInside(build_py):
    """Copies the rooms as ever, then moves them into gradgap."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            move_inside(Path(self.build_lib), Path("proofs_notes"))


def move_inside(built: Path, notes: Path) -> None:
    """Of a folder with gradgap.py and the rooms, make one with the package gradgap alone, and bring
    along what commands read of the notes."""
    package = built / "gradgap"
    shutil.rmtree(package, ignore_errors=True)
    package.mkdir()
    (built / "gradgap.py").rename(package / "__init__.py")
    for room in ROOMS:
        (built / room).rename(package / room)
    for part in NOTES:
        copy = shutil.copytree if (notes / part).is_dir() else shutil.copy
        (package / "proofs_notes").mkdir(exist_ok=True)
        copy(notes / part, package / "proofs_notes" / part)
    for path in package.rglob("*.py"):
        path.write_text(inside(path.read_text(encoding="utf-8")), encoding="utf-8")
    (package / "__main__.py").write_text(MAIN, encoding="utf-8")
    (package / "py.typed").touch()


class Inside(Distribution):
    """What top_level.txt says is installed."""

    def iter_distribution_names(self) -> Iterator[str]:
        yield "gradgap"


if __name__ == "__main__":
    setup(distclass=Inside, cmdclass={"build_py": BuildInside})
