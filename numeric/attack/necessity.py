"""Which hypotheses a claim cannot do without, and which of its mutated versions are refuted.

    python -m numeric.attack.necessity        writes numeric/results/necessity.json

*needed*: some instance keeps all other hypotheses and certainly breaks the conclusion, or leaves it
without a meaning. *not found necessary*: instances that keep all others and certainly break this
one were tried, and the conclusion failed on none; ``tried`` says how many. The claim may hold
without the hypothesis, or nobody has looked well enough. *not tried*: no such instance is known, so
that the hypothesis was never attacked.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from numeric.attack.pool import candidates, explicit, modules
from numeric.attack.search import search
from numeric.checks._base import Counters
from numeric.core.record import write_whole
from theory.attack.mutate import dropped, twin_of
from theory.kernel.statement import Statement, Twin
from theory.statements import STATEMENTS

Necessity = Literal["needed", "not found necessary", "not tried"]
TwinVerdict = Literal["refuted", "no counterexample found"]

COMMAND = "python -m numeric.attack.necessity"
RESULTS = Path(__file__).parents[1] / "results" / "necessity.json"
ROUNDS, THIN = 2, 12
"""Of draws, and how many policies of the grid are passed over for one that is tried."""


def necessity(statement: Statement, counters: Counters) -> dict[str, tuple[Necessity, int]]:
    """Hypothesis -> whether the claim breaks, or loses its meaning, without it; and the number of
    instances beyond the hypothesis that were tried."""
    return {h.name: _without(statement, counters, h.name) for h in statement.hypotheses}


def _without(statement: Statement, counters: Counters, name: str) -> tuple[Necessity, int]:
    if f"drop {name}" in counters:
        counters[f"drop {name}"]()  # raises Refused unless it is what it says
        return "needed", 1
    found = search(statement, dropped(statement, name), candidates(statement, 0, ROUNDS, THIN))
    if found.hit is not None:
        return "needed", found.beyond
    return ("not found necessary" if found.beyond else "not tried"), found.beyond


def twin_table(statement: Statement, counters: Counters) -> dict[str, TwinVerdict]:
    """Twin -> whether some instance certainly refutes it."""
    return {
        twin.name: "refuted" if _refuted(statement, twin, counters) else "no counterexample found"
        for twin in statement.twins
    }


def _refuted(statement: Statement, twin: Twin, counters: Counters) -> bool:
    name = twin.name if twin.name in counters else f"drop {twin.drop}"
    if name in counters:
        counters[name]()
        return True
    return search(statement, twin_of(statement, twin), explicit(statement.slug)).hit is not None


def table() -> dict[str, Any]:
    """What necessity.json holds: for each claim its fingerprint, hypotheses and twins."""
    claims = {}
    for slug, module in modules().items():
        if hasattr(module, "COUNTERS"):
            statement = STATEMENTS[slug]
            found = necessity(statement, module.COUNTERS)
            claims[slug] = {
                "fingerprint": statement.fingerprint,
                "needed": {name: verdict for name, (verdict, _) in found.items()},
                "tried": {
                    n: tried for n, (v, tried) in found.items() if v == "not found necessary"
                },
                "twins": twin_table(statement, module.COUNTERS),
            }
    return {"command": COMMAND, **claims}


def recorded_necessity() -> dict[str, dict[str, str]]:
    """Claim -> hypothesis -> what is on record of the claim as it stands; "not tried" where nothing
    is."""
    record = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}

    def current(slug: str) -> bool:
        return slug in record and record[slug]["fingerprint"] == STATEMENTS[slug].fingerprint

    return {
        slug: record[slug]["needed"]
        if current(slug)
        else dict.fromkeys((h.name for h in statement.hypotheses), "not tried")
        for slug, statement in STATEMENTS.items()
    }


def main() -> None:
    """Write the table."""
    text = json.dumps(table(), indent=2, sort_keys=True, ensure_ascii=False)
    write_whole(RESULTS, (text + "\n").encode())


if __name__ == "__main__":
    main()
