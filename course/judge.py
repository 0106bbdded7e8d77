"""Judge one submission: the answers in a text, against the exercise that it names.

``python -m course.judge`` is the process in which it happens: it limits itself, reads one task from
standard input and prints one report. ``course.submissions`` starts it and is the safety net.
"""

from __future__ import annotations

import json
import resource
import sys
import tomllib
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from course.exercises import EXERCISES, BadExercise, Exercise, find, kind_of
from course.marks import Mark, Report, Unfit

MEGABYTES, CPU_SECONDS = 4_096, 120
"""Address space and processor time of the judging process."""


def judge(text: str, folder: Path, course: Path = EXERCISES, run_code: bool = False) -> Report:
    """The marks of a submission; ``folder`` is where it lies, for the files that it names. What a
    student has programmed is run only if ``run_code`` says so, see ``course.sandbox``."""
    try:
        document = tomllib.loads(text, parse_float=str)
    except (ValueError, RecursionError) as error:
        return Report("", error=f"not a TOML file: {str(error) or 'nested too deeply'}")
    name, answer = document.get("exercise"), document.get("answer", {})
    if not isinstance(name, str) or not isinstance(answer, dict):
        return Report("", error='it has no line exercise = "..." or no table [answer]')
    try:
        exercise = find(name, course)
    except BadExercise as error:
        return Report(name[:80], error=str(error))
    if not exercise.checks:
        return Report(name, exercise.title, error=f"to be read by a person: {exercise.why}")
    marks = tuple(mark_of(exercise, check, answer, folder, run_code) for check in exercise.checks)
    return Report(exercise.id, exercise.title, marks)


def mark_of(
    exercise: Exercise,
    check: Mapping[str, Any],
    answer: Mapping[str, Any],
    folder: Path,
    run_code: bool,
) -> Mark:
    if kind_of(check) == "code" and not run_code:
        from course.kinds.code import NOT_RUN

        return Mark(check["about"], check["points"], 0, "undecided", (NOT_RUN,))
    judged: Callable[..., Mark] = import_module(f"course.kinds.{kind_of(check)}").judge
    try:
        return judged(exercise, check, answer, folder)
    except Unfit as error:
        return Mark(check["about"], check["points"], 0, "wrong", (str(error),))
    except RecursionError:
        return Mark(check["about"], check["points"], 0, "wrong", ("nested too deeply",))


def limit() -> None:
    """Bound memory and processor time of this process, and let it write no file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> None:
    limit()
    task = json.load(sys.stdin)
    folder, course = Path(task["folder"]), Path(task["course"])
    report = judge(task["text"], folder, course, task["run_code"] is True)
    print(json.dumps(report.as_json()))


if __name__ == "__main__":
    main()
