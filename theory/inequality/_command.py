"""What ``gradgap check`` does, without the command line: texts in, a result and exit code out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from theory.inequality._decide import CLOCK, EFFORT, decide
from theory.inequality._result import Result

EXIT_CODES: Mapping[str, int] = {"proved": 0, "refuted": 1, "undecided": 3}
BAD_INPUT = 2


def run(
    formula: str,
    assume: Sequence[str] = (),
    effort: float = EFFORT,
    seconds: float = CLOCK,
    memory_mb: int | None = None,
) -> Result:
    """Decide a formula under assumptions. Raises BadFormula, and ValueError for a limit that is
    not positive; both are bad input, exit code 2."""
    return decide(formula, tuple(assume), effort, seconds=seconds, memory_mb=memory_mb)


def as_json(result: Result) -> dict[str, Any]:
    """Exactly the fields verdict, method, reason, counterexample, certified and steps. A
    counterexample is a dictionary of exact rationals as text, or None; ``reason`` says why nothing
    was decided: "steps", "clock", "memory" or "error"; ``steps`` by kind what the search spent."""
    point = result.counterexample
    return {
        "verdict": result.verdict,
        "method": result.method,
        "reason": result.reason,
        "counterexample": None if point is None else {name: str(x) for name, x in point.items()},
        "certified": result.certified,
        "steps": result.steps,
    }


def exit_code(result: Result) -> int:
    """0 proved, 1 refuted, 3 undecided."""
    return EXIT_CODES[result.verdict]
