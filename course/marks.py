"""What a submission earned, and the reason for every point that it lost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["right", "partly", "wrong", "undecided", "missing"]


class Unfit(ValueError):
    """An answer that can't be read as what was asked for; one line for the student."""


def printable(text: str) -> str:
    """A student's words, without what moves in a terminal or is in no encoding."""
    return "".join(c if c.isprintable() else "?" for c in text)


@dataclass(frozen=True)
class Mark:
    """``earned`` of ``points``; unless all, ``reasons`` says why. ``said``: of a right answer, what
    was seen."""

    about: str
    points: int
    earned: int
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    said: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.earned <= self.points or (self.earned == self.points) != (
            self.verdict == "right"
        ):
            raise ValueError(f"{self.earned} of {self.points} points can't be {self.verdict}")
        if self.earned < self.points and not self.reasons:
            raise ValueError("a lost point has a reason")


@dataclass(frozen=True)
class Report:
    """The marks of one submission. ``error``: why it could not be judged at all."""

    exercise: str
    title: str = ""
    marks: tuple[Mark, ...] = ()
    error: str = ""

    @property
    def earned(self) -> int:
        return sum(mark.earned for mark in self.marks)

    @property
    def points(self) -> int:
        return sum(mark.points for mark in self.marks)

    @property
    def full(self) -> bool:
        return not self.error and self.earned == self.points

    def reasons(self) -> list[str]:
        lost = [f"{mark.about}: {reason}" for mark in self.marks for reason in mark.reasons]
        return [self.error, *lost] if self.error else lost

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "earned": self.earned, "points": self.points}


def report_of(document: dict[str, Any]) -> Report:
    """The inverse of ``as_json``."""
    marks = tuple(Mark(**{**mark, "reasons": tuple(mark["reasons"])}) for mark in document["marks"])
    return Report(document["exercise"], document["title"], marks, document["error"])
