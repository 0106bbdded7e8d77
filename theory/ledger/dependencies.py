"""Which claims a proof uses, read off the proof object."""

from __future__ import annotations

from theory.kernel.proof import Proof
from theory.kernel.terms import Term
from theory.statements import STATEMENTS


def claims_used(slug: str, proof: Proof) -> list[str]:
    """The claims that occur in the proof of ``slug`` and are not below another such claim; in the
    order of first use."""
    conclusions: dict[Term, str] = {
        s.formal_conclusion: s.slug for s in STATEMENTS.values() if s.slug != slug
    }
    found: dict[str, None] = {}
    seen: set[int] = set()
    stack = [proof]
    while stack:
        step = stack.pop()
        if id(step) in seen:
            continue
        seen.add(id(step))
        name = conclusions.get(step.conclusion)
        if name is not None and step is not proof and step.rule in ("conclude", "both"):
            found.setdefault(name)
        else:
            stack.extend(step.premises)
    return list(found)
