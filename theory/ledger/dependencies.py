"""Which claims a proof uses, read off the proof object."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from theory.kernel.proof import Proof
from theory.kernel.terms import Term
from theory.statements import STATEMENTS


def claims_used(slug: str, proof: Proof) -> list[str]:
    """The claims that occur in the proof of ``slug`` and are not below another such claim; in the
    order of first use."""
    others = concluding()
    found: dict[str, None] = {}
    seen: set[int] = set()
    stack = [proof]
    while stack:
        step = stack.pop()
        if id(step) in seen:
            continue
        seen.add(id(step))
        name = next((n for n in others.get(step.conclusion, ()) if n != slug), None)
        if name is not None and step is not proof and step.rule in ("conclude", "both"):
            found.setdefault(name)
        else:
            stack.extend(step.premises)
    return list(found)


@cache
def concluding() -> dict[Term, list[str]]:
    """The claims with each conclusion, the last one first."""
    found = defaultdict(list)
    for statement in reversed([*STATEMENTS.values()]):
        found[statement.formal_conclusion].append(statement.slug)
    return dict(found)
