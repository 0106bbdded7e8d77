"""The project's files as data: a validator here is a function over them, never over the disk."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOMS = ("theory", "numeric", "gpu_checks", "course", "tests")


@cache
def parsed(source: str) -> ast.Module:
    """Each file is parsed once, whatever is looked for in it."""
    return ast.parse(source)


@pytest.fixture(scope="session")
def project_root() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def sources(project_root: Path) -> dict[str, str]:
    """Path relative to the root -> text, of every Python file of the project."""
    files = [*project_root.glob("*.py")]
    for room in ROOMS:
        files += (project_root / room).rglob("*.py")
    return {
        path.relative_to(project_root).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(files)
    }
