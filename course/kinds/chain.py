"""An inequality written line by line; each link is judged as ``gradgap check`` judges.

    [check.chain]
    slot = "chain"
    begin = "log(a/b)"   sign = "<="   end = "a/b - 1"     what is to be shown; sign: <, <= or ==
    assume = ["0 < a", "0 < b"]                            what may be used
    least = 2                                              links, at least

The slot holds a list of texts, the first a formula, each other one a relation and a formula:

    chain = ["log(a/b)", "<= a/b - 1"]

A link is proved, false at a rational point, or undecided: too long a jump for a small effort.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from course.exercises import Exercise
from course.formulas import names_of, put, put_in, students_expression
from course.marks import Mark, Unfit
from theory.inequality.decision import decide_here
from theory.inequality.expression import Comparison, Expr, Question, variables
from theory.inequality.expression import pretty as shown
from theory.inequality.parser import parse, parse_expression
from theory.inequality.result import coordinate

EFFORT = 1.0
LINKS = 20
LINE = re.compile(r"(<=|>=|==|=|<|>|≤|≥)(.*)", re.DOTALL)
PLAIN = {"≤": "<=", "≥": ">=", "=": "=="}
UP, DOWN = ("<", "<="), (">", ">=")


def judge(
    exercise: Exercise, check: Mapping[str, Any], answer: Mapping[str, Any], folder: Path
) -> Mark:
    chain, about, points = check["chain"], check["about"], check["points"]
    lines = answer.get(chain["slot"], [])
    if not lines or lines == [""]:
        return Mark(about, points, 0, "missing", (f"{chain['slot']} is empty",))
    names = names_of(exercise)
    assume = tuple(put_in(c, names) for text in chain.get("assume", ()) for c in parse(text))
    ends = [put(parse_expression(chain[end]), names) for end in ("begin", "end")]
    letters = variables(Question(assume, (Comparison(ends[0], "<=", ends[1]),)))
    formulas, signs = read(lines, chain["slot"], (*letters, *names))
    formulas = [put(formula, names) for formula in formulas]
    reasons = [*wrong_signs(signs, chain["sign"])]
    for end, formula, place in zip(
        ends, (formulas[0], formulas[-1]), ("begin", "end"), strict=True
    ):
        if end != formula and not _proved(Comparison(formula, "==", end), assume):
            reasons.append(f"it has to {place} with {chain[place]}")
    if len(signs) < chain.get("least", 1):
        reasons.append(f"it has {len(signs)} links; show it in at least {chain['least']}")
    if reasons:
        return Mark(about, points, 0, "wrong", tuple(reasons))
    asked = [
        _ordered(left, sign, right)
        for (left, right), sign in zip(pairwise(formulas), signs, strict=True)
    ]
    results = [decide_here((link,), assume, EFFORT) for link in asked]
    told = tuple(
        f"link {n}, {shown(link)}: {_why(result)}"
        for n, (link, result) in enumerate(zip(asked, results, strict=True), start=1)
        if result.verdict != "proved"
    )
    if not told:
        return Mark(about, points, points, "right")
    earned = points * (len(signs) - len(told)) // len(signs)
    refuted = any(result.verdict == "refuted" for result in results)
    verdict: Any = "partly" if earned else "wrong" if refuted else "undecided"
    return Mark(about, points, earned, verdict, told)


def read(lines: Any, slot: str, letters: tuple[str, ...]) -> tuple[list[Expr], list[str]]:
    """The formulas and the relations between them. Raises Unfit."""
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise Unfit(f'{slot} is a list of texts, such as ["x", "<= y"]')
    if not 2 <= len(lines) <= LINKS + 1:
        raise Unfit(f"{slot} has 2 to {LINKS + 1} lines")
    formulas = [students_expression(lines[0], f"{slot}, line 1", letters)]
    signs = []
    for number, line in enumerate(lines[1:], start=2):
        match = LINE.fullmatch(line.strip())
        if match is None:
            raise Unfit(f"{slot}, line {number}, begins with <=, <, == or the like")
        signs.append(PLAIN.get(match[1], match[1]))
        formulas.append(students_expression(match[2], f"{slot}, line {number}", letters))
    return formulas, signs


def wrong_signs(signs: list[str], asked: str) -> Iterator[str]:
    """Why these relations do not add up to the one that is asked for."""
    direction = next((kind for kind in (UP, DOWN) if asked in kind), ())
    for number, sign in enumerate(signs, start=1):
        if sign != "==" and sign not in direction:
            yield f"link {number} is {sign}, and {asked} can't be concluded from it"
    if asked in ("<", ">") and asked not in signs:
        yield f"no link is {asked}"


def _ordered(left: Expr, sign: str, right: Expr) -> Comparison:
    """A comparison as the parser makes it."""
    if sign in DOWN:
        left, right, sign = right, left, sign.replace(">", "<")
    return Comparison(left, sign, right)  # type: ignore[arg-type]


def _proved(asked: Comparison, assume: tuple[Comparison, ...]) -> bool:
    return decide_here((asked,), assume, EFFORT).verdict == "proved"


def _why(result: Any) -> str:
    if result.counterexample is None:
        return "neither proved nor refuted; put a line in between"
    at = ", ".join(f"{name} = {coordinate(x)}" for name, x in result.counterexample.items())
    return f"false at {at}" if at else "false"
