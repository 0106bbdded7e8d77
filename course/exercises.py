"""Exercises as files: ``proofs_notes/exercises/<chapter>/<number>.toml``, one an exercise.

A student copies the file and fills in ``[answer]``. Whatever else the copy says is ignored: what is
asked, and how it is judged, is read from the original, by the line ``exercise``.

    exercise = "one_step/1"       chapter and number
    title, stars (1 to 3), claims, question, hints (two or three); why: where no kind fits
    [answer]                      the slots, with an example or empty
    [given]   [terms]             numbers by name; sides of claims by name (``side_of_claim``)
    [[check]]                     points, what they are for (about), and one of the kinds, such as
                                  value = ["gap == right - wrong"]; the modules of ``course.kinds``
                                  say what stands there
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOTES = Path(__file__).resolve().parents[1] / "proofs_notes"
EXERCISES = NOTES / "exercises"
KINDS = ("value", "chain", "point", "countermodel", "hole", "experiment", "code")
SAID = ("exercise", "title", "stars", "claims", "question", "hints")
KNOWN = {*SAID, "why", "answer", "given", "terms", "check"}


class BadExercise(ValueError):
    """A file that is no exercise, or an exercise that is not there; one line."""


@dataclass(frozen=True)
class Exercise:
    """``answer``: the slots, with what stands in them. ``checks``: how each is judged. ``why``: for
    an exercise without a check, why no kind fits, and a person has to read the answer."""

    id: str
    title: str
    stars: int
    claims: tuple[str, ...]
    question: str
    hints: tuple[str, ...]
    answer: Mapping[str, Any]
    checks: tuple[Mapping[str, Any], ...]
    given: Mapping[str, str]
    terms: Mapping[str, str]
    why: str
    path: Path

    @property
    def chapter(self) -> str:
        return self.id.partition("/")[0]

    @property
    def points(self) -> int:
        return sum(check["points"] for check in self.checks)

    @property
    def kinds(self) -> str:
        """The kinds of its checks, each once, or "paper"."""
        return ", ".join(dict.fromkeys(map(kind_of, self.checks))) or "paper"


def kind_of(check: Mapping[str, Any]) -> str:
    """Raises StopIteration for a check without a kind, which ``read`` refuses."""
    return next(kind for kind in KINDS if kind in check)


def chapters(folder: Path = EXERCISES) -> list[str]:
    """The chapters that have exercises, in reading order where the notes have one."""
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())
    index = NOTES / "README.md"
    text = index.read_text(encoding="utf-8") if index.is_file() else ""
    return sorted(
        names, key=lambda name: (text.find(f"chapters/{name}.md") % (len(text) + 1), name)
    )


def exercises(folder: Path = EXERCISES) -> Iterator[Exercise]:
    """All of them, chapter by chapter. Raises BadExercise."""
    if not folder.is_dir():
        raise BadExercise(f"no exercises in {folder}")
    for chapter in chapters(folder):
        for path in sorted((folder / chapter).glob("*.toml"), key=lambda p: (len(p.stem), p.stem)):
            yield read(path)


def find(name: str, folder: Path = EXERCISES) -> Exercise:
    """The exercise of this id. Raises BadExercise; a name is never used as a path."""
    found = {exercise.id: exercise for exercise in exercises(folder)}
    if name not in found:
        raise BadExercise(f"no exercise is called {name!r:.80}; gradgap course list has them")
    return found[name]


def read(path: Path) -> Exercise:
    """The exercise in a file of the course. Raises BadExercise."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadExercise(f"{path}: {error}") from error
    checks = tuple(document.get("check", ()))
    problems = [f"no {name}" for name in SAID if name not in document]
    problems += [f"{name} is not known" for name in document if name not in KNOWN]
    problems += [f"check {n} is no check" for n, check in enumerate(checks, 1) if not _whole(check)]
    expected = f"{path.parent.name}/{path.stem}"
    if document.get("exercise") != expected:
        problems.append(f"it calls itself {document.get('exercise')!r}, not {expected!r}")
    if not problems and not 2 <= len(document["hints"]) <= 3:
        problems.append("it has not two or three hints")
    if not problems and bool(checks) == ("why" in document):
        problems.append("it has neither a check nor a reason why not, or both")
    if problems:
        raise BadExercise(f"{path}: {'; '.join(problems)}")
    return Exercise(
        id=expected,
        title=document["title"],
        stars=document["stars"],
        claims=tuple(document["claims"]),
        question=document["question"].strip(),
        hints=tuple(document["hints"]),
        answer=document.get("answer", {}),
        checks=checks,
        given=document.get("given", {}),
        terms=document.get("terms", {}),
        why=document.get("why", ""),
        path=path,
    )


def _whole(check: Any) -> bool:
    """Whether a check has one kind, says what it is about, and has a number of points."""
    if not isinstance(check, dict) or type(check.get("points")) is not int:
        return False
    return "about" in check and check["points"] > 0 and sum(kind in check for kind in KINDS) == 1
