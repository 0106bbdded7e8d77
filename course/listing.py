"""The list of exercises at the end of each chapter, written from the files of the exercises.

``python -m course.listing`` writes the lists again; the tests compare.
"""

from __future__ import annotations

import re
from pathlib import Path

from course.exercises import NOTES, Exercise, exercises

HEADING = "## Exercises\n"
HOW = """
Copy a file, fill in what stands below its line `[answer]`, and run `gradgap course check FILE`:
it answers with points, and a reason for each one that is lost. `gradgap course show {id} --hints 1`
prints an exercise with a hint.

"""
FOOT = re.compile(r"\n[^\n]*\[Index\]\(\.\./README\.md\)[^\n]*\n\Z")
"""The line of links that ends a chapter."""


def entry(exercise: Exercise) -> str:
    number, stars = exercise.id.partition("/")[2], "★" * exercise.stars
    worth = f"{exercise.points} points" if exercise.points > 1 else "1 point"
    link = f"[{exercise.title}](../exercises/{exercise.id}.toml)"
    return f"{number}. {link} {stars} {exercise.kinds}{f', {worth}' if exercise.checks else ''}"


def listing(found: list[Exercise]) -> str:
    """The section, with its heading."""
    return HEADING + HOW.format(id=found[0].id) + "".join(f"{entry(e)}\n" for e in found)


def with_listing(page: str, found: list[Exercise]) -> str:
    """The chapter with its section of exercises written anew. Raises ValueError without a foot."""
    foot = FOOT.search(page)
    if foot is None:
        raise ValueError("the chapter does not end with its line of links")
    body = page[: foot.start()].partition(HEADING)[0].rstrip("\n")
    return f"{body}\n\n{listing(found)}{foot[0]}"


def pages(notes: Path = NOTES) -> dict[Path, str]:
    """Each chapter that has exercises, as it should be."""
    found = [*exercises(notes / "exercises")]
    return {
        path: with_listing(
            path.read_text(encoding="utf-8"), [e for e in found if e.chapter == path.stem]
        )
        for path in sorted((notes / "chapters").glob("*.md"))
        if any(e.chapter == path.stem for e in found)
    }


if __name__ == "__main__":
    for path, page in pages().items():
        path.write_text(page, encoding="utf-8")
