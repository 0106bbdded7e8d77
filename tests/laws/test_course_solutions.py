"""The solutions earn full marks, a planted mistake loses points for the right reason, and the
chapters list what there is."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import pytest

from course.exercises import NOTES, Exercise, exercises
from course.judge import judge
from course.listing import pages, with_listing

SOLUTIONS = NOTES / "solutions"
BLOCK = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
QUICK = (
    "one_step/1",
    "one_step/6",
    "one_step/8",
    "one_step/10",
    "setting/9",
    "convergence/10",
    "safe_step/9",
)
"""One of each kind; the others are tested among the slow tests."""


def solved() -> dict[str, list[str]]:
    """By exercise, the blocks of its solution: the answer, then a mistake."""
    found: dict[str, list[str]] = {}
    for page in sorted(SOLUTIONS.glob("*.md")):
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            name = tomllib.loads(block).get("exercise")
            if name is not None:
                current = found.setdefault(name, [])
            current.append(block)
    return found


def merged(answer: Mapping[str, Any], mistake: Mapping[str, Any]) -> dict[str, Any]:
    """The answer with the slots of the mistake put in."""
    return {
        **answer,
        **{k: merged(answer[k], v) if isinstance(v, dict) else v for k, v in mistake.items()},
    }


def as_toml(table: Mapping[str, Any], header: str = "answer") -> str:
    """A table of texts, numbers, lists and tables."""
    inner = {k: v for k, v in table.items() if isinstance(v, dict)}
    lines = [f"{k} = {json.dumps(v)}" for k, v in table.items() if k not in inner]
    parts = [f"[{header}]", *lines, *(as_toml(v, f"{header}.{k}") for k, v in inner.items())]
    return "\n".join(parts)


FOUND = {e.id: e for e in exercises()}
SOLVED = solved()
CASES = [
    pytest.param(e, id=e.id, marks=[] if e.id in QUICK else pytest.mark.slow)
    for e in FOUND.values()
    if e.checks
]


@pytest.mark.parametrize("exercise", CASES)
def test_the_solution_is_right_and_a_mistake_loses_points_for_its_reason(
    exercise: Exercise,
) -> None:
    answer, mistake = SOLVED[exercise.id]
    report = judge(answer, SOLUTIONS, run_code=True)
    assert report.full and report.points == exercise.points, report.reasons()
    reason = mistake.partition("\n")[0].removeprefix("# ")
    right, wrong = (tomllib.loads(text, parse_float=str)["answer"] for text in (answer, mistake))
    changed = f'exercise = "{exercise.id}"\n{as_toml(merged(right, wrong))}\n'
    report = judge(changed, SOLUTIONS, run_code=True)
    assert report.earned < report.points and not report.error
    assert any(reason in told for told in report.reasons()), report.reasons()


def test_every_exercise_has_a_solution_and_every_solution_an_exercise() -> None:
    headed = {
        f"{page.stem}/{number}": title
        for page in SOLUTIONS.glob("*.md")
        for number, title in re.findall(
            r"^## (\d+)\. (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    assert headed == {e.id: e.title for e in FOUND.values()}
    assert {name for name, blocks in SOLVED.items() if len(blocks) == 2} == {
        e.id for e in FOUND.values() if e.checks
    }


def test_an_empty_copy_earns_nothing_and_says_so() -> None:
    for name in QUICK:
        report = judge(FOUND[name].path.read_text(encoding="utf-8"), SOLUTIONS, run_code=True)
        assert report.earned == 0 and not report.error
        assert all(mark.verdict in ("missing", "wrong") for mark in report.marks)


def test_the_judge_does_not_read_the_solutions(sources_of_course: dict[str, str]) -> None:
    assert [path for path, text in sources_of_course.items() if "solutions" in text] == []


@pytest.fixture
def sources_of_course() -> dict[str, str]:
    folder = NOTES.parent / "course"
    judging = [folder / "judge.py", folder / "submissions.py", *folder.glob("kinds/*.py")]
    return {str(p): p.read_text(encoding="utf-8") for p in [folder / "exercises.py", *judging]}


def test_the_chapters_list_their_exercises() -> None:
    assert {page.stem for page in pages()} == {e.chapter for e in FOUND.values()}
    assert [p for p, text in pages().items() if p.read_text(encoding="utf-8") != text] == []


def test_a_stale_list_is_found() -> None:
    page = "# A\n\n## Exercises\n\n1. gone\n\n[B](b.md) · [Index](../README.md)\n"
    found = [e for e in FOUND.values() if e.chapter == "setting"]
    fresh = with_listing(page, found)
    assert "gone" not in fresh and with_listing(fresh, found) == fresh
    with pytest.raises(ValueError, match="line of links"):
        with_listing("# A\n", found)


@pytest.mark.parametrize("path", sorted((NOTES / "chapters").glob("*.md")), ids=lambda p: p.stem)
def test_a_chapter_says_what_it_needs_and_what_comes_of_it(path) -> None:
    text = path.read_text(encoding="utf-8")
    needs = re.search(r"^- \*You need\* (.*)$\n- \*Afterwards you can\* .+$", text, re.MULTILINE)
    assert needs is not None
    index = (NOTES / "README.md").read_text(encoding="utf-8")
    order = {
        name: index.find(f"chapters/{name}") for name in (p.stem for p in path.parent.glob("*.md"))
    }
    earlier = re.findall(r"\]\((\w+)\.md\)", needs[1])
    assert all(order[name] < order[path.stem] for name in earlier)
