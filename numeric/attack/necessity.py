"""Which hypotheses a claim cannot do without, and which of its mutated versions are refuted.

    python -m numeric.attack.necessity        writes numeric/results/necessity.json

A hypothesis is *needed* when `numeric/checks/<slug>.py` has an instance that keeps all the others
and certainly breaks the conclusion, or leaves it without a meaning. *Not found necessary* says only
that there is no such instance: the claim may hold without the hypothesis, or nobody has looked well
enough.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from numeric.checks._base import Counter, refuted
from numeric.core.record import write_whole
from theory.kernel.statement import Statement, Twin
from theory.statements import STATEMENTS

Counters = Mapping[str, Callable[[], Counter]]
Necessity = Literal["needed", "not found necessary"]
TwinVerdict = Literal["refuted", "no counterexample found"]

COMMAND = "python -m numeric.attack.necessity"
RESULTS = Path(__file__).parents[1] / "results" / "necessity.json"


def necessity(statement: Statement, counters: Counters) -> dict[str, Necessity]:
    """Hypothesis -> whether the claim breaks, or loses its meaning, without it."""
    return {
        h.name: "needed"
        if _breaks(statement, counters.get(f"drop {h.name}"))
        else "not found necessary"
        for h in statement.hypotheses
    }


def twin_table(statement: Statement, counters: Counters) -> dict[str, TwinVerdict]:
    """Twin -> whether some instance certainly refutes it."""
    return {
        twin.name: "refuted"
        if _breaks(statement, counter_of(twin, counters), twin)
        else "no counterexample found"
        for twin in statement.twins
    }


def counter_of(twin: Twin, counters: Counters) -> Callable[[], Counter] | None:
    """The counter of a twin: its own, or that of the hypothesis that it drops."""
    return counters.get(twin.name, counters.get(f"drop {twin.drop}"))


def modules() -> dict[str, ModuleType]:
    """The checks that exist, in the order of the claims; a claim that is refuted has none."""
    return {
        slug: import_module(f"numeric.checks.{slug}")
        for slug, statement in STATEMENTS.items()
        if statement.expected != "refuted" and find_spec(f"numeric.checks.{slug}")
    }


def table() -> dict[str, Any]:
    """What necessity.json holds: for each claim its fingerprint, hypotheses and twins."""
    claims = {
        slug: {
            "fingerprint": STATEMENTS[slug].fingerprint,
            "needed": necessity(STATEMENTS[slug], module.COUNTERS),
            "twins": twin_table(STATEMENTS[slug], module.COUNTERS),
        }
        for slug, module in modules().items()
        if hasattr(module, "COUNTERS")
    }
    return {"command": COMMAND, **claims}


def _breaks(
    statement: Statement, make: Callable[[], Counter] | None, twin: Twin | None = None
) -> bool:
    if make is None:
        return False
    counter = make()
    return counter.meaningless or refuted(statement, counter.values, twin and twin.conclusion)


def main() -> None:
    """Write the table."""
    text = json.dumps(table(), indent=2, sort_keys=True, ensure_ascii=False)
    write_whole(RESULTS, (text + "\n").encode())


if __name__ == "__main__":
    main()
