"""What ``gradgap check`` does, without the command line: texts in, a result and exit code out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from theory.inequality._decide import decide
from theory.inequality._result import Result

EXIT_CODES: Mapping[str, int] = {"proved": 0, "refuted": 1, "undecided": 3}
BAD_INPUT = 2


def run(
    formula: str, assume: Sequence[str] = (), seconds: float = 10.0, memory_mb: int | None = None
) -> Result:
    """Decide a formula under assumptions. Raises BadFormula, and ValueError for a limit that is
    not positive; both are bad input, exit code 2."""
    return decide(formula, tuple(assume), seconds=seconds, memory_mb=memory_mb)


def as_json(result: Result) -> dict[str, Any]:
    """Exactly the fields verdict, method, counterexample and certified. A counterexample is a
    dictionary of exact rationals as text, or None."""
    point = result.counterexample
    return {
        "verdict": result.verdict,
        "method": result.method,
        "counterexample": None if point is None else {name: str(x) for name, x in point.items()},
        "certified": result.certified,
    }


def exit_code(result: Result) -> int:
    """0 proved, 1 refuted, 3 undecided."""
    return EXIT_CODES[result.verdict]
