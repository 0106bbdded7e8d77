"""Where a claim lives: its files in every room, and the pages of the notes that name it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("theory", "numeric", "gpu_checks", "tests")


def files_of(slug: str, root: Path = ROOT) -> Iterator[str]:
    """Paths relative to the project; a page with the line that names the claim first. An installed
    gradgap has no tests and no notes."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            marked = room == "tests" and f'claim("{slug}"' in path.read_text(encoding="utf-8")
            if marked or path.stem in (slug, f"test_{slug}"):
                yield path.relative_to(root).as_posix()
    for path in sorted((root / "proofs_notes").rglob("*.md")):
        lines = path.read_text(encoding="utf-8").splitlines()
        named = [n for n, line in enumerate(lines, start=1) if f"`{slug}`" in line]
        if named:
            yield f"{path.relative_to(root).as_posix()}:{named[0]}"
