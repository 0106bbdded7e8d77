"""A recorded run of one's own: its file shows the phenomenon that is asked for.

    [check.experiment]
    slot = "run"                               the name of a file beside the submission
    rows = { algorithm = "grpo" }              of these rows only
    numbers = { start = "first success", end = "late success" }
    where = ["start > 1/5", "end < 1/20"]

The file is log.jsonl of ``gradgap train``, or a table (.csv). A number is the first, last, least,
greatest or mean value of a column, or "late": the mean of its last tenth. Where an entry is a list,
its mean is taken. Numbers are read exactly as they are written. That a file was written by a run is
not checked here: another run of the command that it names would show it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

from course.exercises import Exercise
from course.formulas import names_of, put_in
from course.marks import Mark, Unfit
from course.submissions import Unreadable, content
from theory.inequality.at_point import truth
from theory.inequality.expression import Expr
from theory.inequality.parser import parse

LARGEST = 16 * 2**20
"""Bytes of a recorded run."""
DIGITS = 40

Numbers = list[Fraction]
SUMMARIES: dict[str, Callable[[Numbers], Fraction]] = {
    "first": lambda xs: xs[0],
    "last": lambda xs: xs[-1],
    "least": min,
    "greatest": max,
    "mean": lambda xs: sum(xs, Fraction(0)) / len(xs),
    "late": lambda xs: SUMMARIES["mean"](xs[-max(1, len(xs) // 10) :]),
    "count": lambda xs: Fraction(len(xs)),
}


def judge(
    exercise: Exercise, check: Mapping[str, Any], answer: Mapping[str, Any], folder: Path
) -> Mark:
    asked, about, points = check["experiment"], check["about"], check["points"]
    name = answer.get(asked["slot"], "")
    if name == "":
        return Mark(about, points, 0, "missing", (f"{asked['slot']} is empty",))
    rows = [row for row in table(folder, name, asked["slot"]) if _wanted(row, asked)]
    values = dict(names_of(exercise))
    for number, meaning in asked["numbers"].items():
        summary, column = meaning.split(" ", 1)
        values[number] = Expr("const", (), SUMMARIES[summary](column_of(rows, column, name)))
    reasons = tuple(
        f"it does not hold that {text}: {_measured(asked, values)}"
        for text in asked["where"]
        if any(truth(put_in(comparison, values), {}) != "holds" for comparison in parse(text))
    )
    if reasons:
        return Mark(about, points, 0, "wrong", reasons)
    return Mark(about, points, points, "right")


def table(folder: Path, name: Any, slot: str) -> list[dict[str, Any]]:
    """The rows of a file beside the submission, or in a folder there. Raises Unfit."""
    if not isinstance(name, str) or "\0" in name or len(name) > 200:
        raise Unfit(f"{slot} is the name of a file")
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise Unfit(f"{slot} has to lie beside the submission, or in a folder there")
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Unfit(f"{slot} leads out of the folder of the submission")
    try:
        text = content(path, LARGEST)
    except Unreadable as error:
        raise Unfit(f"{name!r:.80} {error}") from error
    try:
        if path.suffix == ".jsonl":
            rows = [json.loads(line, parse_float=str) for line in text.splitlines() if line]
        else:
            rows = list(csv.DictReader(StringIO(text)))
    except (ValueError, RecursionError, csv.Error) as error:
        raise Unfit(f"{name!r:.80} is no table: {error}") from error
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise Unfit(f"{name!r:.80} has no rows with names")
    return rows


def _wanted(row: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    return all(str(row.get(name)) == str(x) for name, x in asked.get("rows", {}).items())


def column_of(rows: list[dict[str, Any]], column: str, name: str) -> Numbers:
    """The numbers of a column. Raises Unfit where there are none, or something else."""
    found = [row[column] for row in rows if row.get(column) not in (None, "", [None])]
    if not found:
        raise Unfit(f"{name!r:.80} has no rows as asked for with a column {column}")
    return [_number(entry, column) for entry in found]


def _number(entry: Any, column: str) -> Fraction:
    if isinstance(entry, list) and entry:
        return SUMMARIES["mean"]([_number(x, column) for x in entry])
    text = str(entry)
    try:
        if len(text) > DIGITS or abs(int(text.lower().partition("e")[2] or 0)) > DIGITS * 10:
            raise ValueError("too long")
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise Unfit(f"{text!r:.40} in column {column} is no number") from error


def _measured(asked: Mapping[str, Any], values: Mapping[str, Expr]) -> str:
    """The measured numbers, to four digits."""
    measured = {name: values[name].value for name in asked["numbers"]}
    return ", ".join(
        f"{name} = {float(x):.4g}" for name, x in measured.items() if isinstance(x, Fraction)
    )
