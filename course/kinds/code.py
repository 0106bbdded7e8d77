"""A function in Python, whose values satisfy conditions at numbers that the exercise chooses.

    [check.code]
    slot = "program"                     the text of the program
    function = "safe_step"               its name
    arguments = ["J", "slopes"]          names of its arguments
    cases = [["1/3", ["1", "-1/2"]]]     numbers, exact, and lists of them
    where = ["result == 2*(1 - J)"]      in the arguments, slopes0, slopes1, ..., and [given]

It is run only where the teacher says so (``gradgap course check --run-code``), in the process of
``course.sandbox``, which can do nothing but compute. The conditions are decided here.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from threading import Timer
from typing import Any

from course import sandbox
from course.exercises import Exercise
from course.formulas import names_of, put_in
from course.marks import Mark, Unfit, printable
from theory.inequality.at_point import truth
from theory.inequality.expression import Expr
from theory.inequality.parser import parse

NOT_RUN = "code is run only where the teacher says so: gradgap course check --run-code"
LARGEST = 64 * 1024
"""Bytes of what a program answers."""
CLOCK = 60.0
"""Of the wall, for a program that waits; one that computes is stopped by its processor seconds."""
DIGITS = 1200
"""More than any float has, in a numerator or a denominator."""
NUMBER = re.compile(rf"-?[0-9]{{1,{DIGITS}}}/[0-9]{{1,{DIGITS}}}")


class NotRun(Exception):
    """This machine can't confine a program; one line."""


def judge(
    exercise: Exercise, check: Mapping[str, Any], answer: Mapping[str, Any], folder: Path
) -> Mark:
    code, about, points = check["code"], check["about"], check["points"]
    program = answer.get(code["slot"], "")
    if program == "":
        return Mark(about, points, 0, "missing", (f"{code['slot']} is empty",))
    if not isinstance(program, str):
        raise Unfit(f"{code['slot']} is a program, written as text")
    try:
        results = values_of(program, code)
    except NotRun as error:
        return Mark(about, points, 0, "undecided", (str(error),))
    for case, result in zip(code["cases"], results, strict=True):
        given = {name: Expr("const", (), x) for name, x in numbers(code["arguments"], case)}
        values = names_of(exercise, {**given, "result": Expr("const", (), result)})
        for text in code["where"]:
            if any(truth(put_in(one, values), {}) != "holds" for one in parse(text)):
                called = f"{code['function']}({', '.join(map(shown, case))})"
                reason = f"{called} is {float(result):.6g}, and it does not hold that {text}"
                return Mark(about, points, 0, "wrong", (reason,))
    return Mark(about, points, points, "right")


def numbers(names: list[str], case: list[Any]) -> Iterator[tuple[str, Fraction]]:
    """The numbers of a case by name; those of a list by its name and their place."""
    for name, value in zip(names, case, strict=True):
        if isinstance(value, list):
            yield from ((f"{name}{n}", Fraction(x)) for n, x in enumerate(value))
        else:
            yield name, Fraction(value)


def shown(value: Any) -> str:
    return f"[{', '.join(value)}]" if isinstance(value, list) else str(value)


def values_of(program: str, code: Mapping[str, Any]) -> list[Fraction]:
    """What the function returns for each case. Raises Unfit, with what went wrong in the program;
    NotRun."""
    task = {"program": program, "function": code["function"], "cases": code["cases"]}
    process = subprocess.Popen(
        (sys.executable, "-I", "-S", "-B", str(Path(sandbox.__file__))),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={},
    )
    assert process.stdin is not None and process.stdout is not None
    timer = Timer(CLOCK, process.kill)
    timer.start()
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(task).encode())
            process.stdin.close()
        printed = process.stdout.read(LARGEST + 1)
    finally:
        timer.cancel()
        process.kill()
        process.stdout.close()
        process.wait()
    return answers_in(printed, len(code["cases"]), code["slot"])


def answers_in(printed: bytes, count: int, slot: str) -> list[Fraction]:
    """What a process that may lie has printed. Raises Unfit, NotRun."""
    try:
        told = json.loads(printed) if len(printed) <= LARGEST else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise Unfit(f"{slot} was stopped before it had an answer: too long, or too much memory")
    if isinstance(told.get("unconfined"), str):
        raise NotRun(printable(told["unconfined"][:200]))
    if "fault" in told:
        raise Unfit(f"{slot}: {printable(str(told['fault'])[:200])}")
    answers = told.get("answers")
    if not isinstance(answers, list) or len(answers) != count:
        raise Unfit(f"{slot} has not answered every case")
    return [_number(one, slot) for one in answers]


def _number(one: Any, slot: str) -> Fraction:
    kind, text = one if isinstance(one, list) and len(one) == 2 else ("", "")
    if kind == "value" and isinstance(text, str) and NUMBER.fullmatch(text):
        numerator, denominator = map(int, text.split("/"))
        if denominator:
            return Fraction(numerator, denominator)
    fault = (
        printable(str(text)[:200]) if kind == "fault" else f"no number of at most {DIGITS} digits"
    )
    raise Unfit(f"{slot}: {fault}")
