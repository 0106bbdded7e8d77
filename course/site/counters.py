"""What an explicit policy makes of a claim that lacks a hypothesis, or of a false twin."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from numeric.checks._base import Counter, check
from theory.kernel.statement import Statement
from theory.kernel.terms import Term

SIGNS = {"le": "≤", "lt": "<", "eq": "="}


def counters(statement: Statement) -> dict[str, tuple[str, str]]:
    """By the name of a twin, or "drop " and that of a hypothesis: what the conclusion says with the
    numbers of the instance, and what the instance is."""
    name = f"numeric.checks.{statement.slug}"
    makers: dict[str, Any] = {}
    if find_spec(name) is not None:
        makers = dict(getattr(import_module(name), "COUNTERS", {}))
    changed = {twin.name: twin.conclusion for twin in statement.twins}
    found = {}
    for key, make in makers.items():
        counter = make()
        listed = "; ".join(f"{name} {text}" for name, text in counter.parameters.items())
        found[key] = (left_by(counter, statement, changed.get(key)), listed)
    return found


def left_by(counter: Counter, statement: Statement, conclusion: Term | None = None) -> str:
    """The first comparison of the conclusion that fails, in numbers; "undefined" if it has none."""
    if counter.meaningless:
        return "undefined"
    checks = check(statement, counter.values, conclusion)
    failed = next((c for c in checks if c.holds is False), None)
    if failed is None:
        return "fails"
    left, right = float(failed.measured.mid()), float(failed.claimed.mid())
    digits = next((n for n in range(3, 18) if f"{left:.{n}g}" != f"{right:.{n}g}"), 3)
    return f"{left:.{digits}g} {SIGNS[failed.relation]} {right:.{digits}g}"
