"""The search for an instance that keeps the hypotheses of a weakened claim and breaks its
conclusion, with certainty; ``gradgap break``, the mutation study and the table of necessity use it.

Each instance is put to the claim as it stands, too: one that keeps all its hypotheses and breaks it
stops everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from numeric.attack.pool import Candidate
from numeric.checks._base import Check, Formula, Truth, check
from theory.kernel.statement import Statement

DRAWN = "drawn so that it holds"


class BrokenClaimError(RuntimeError):
    """An instance keeps all hypotheses of a claim as it stands, and breaks it: the proof, the check
    or the instance is wrong."""


@dataclass(frozen=True, eq=False)
class Hit:
    """An instance that breaks the weakened claim, how it keeps what is left of it, and both sides
    of each comparison. ``meaningless``: the conclusion is not defined there."""

    candidate: Candidate
    kept: Mapping[str, str]
    comparisons: list[Check]
    meaningless: bool


@dataclass(frozen=True)
class Found:
    """``examined`` counts the instances that keep the weakened hypotheses, ``beyond`` those of them
    that certainly break one of the original ones."""

    hit: Hit | None
    examined: int
    beyond: int


def kept(candidate: Candidate, statement: Statement) -> dict[str, str] | None:
    """Hypothesis -> how it is known to hold; None as soon as one is not known to hold.

    On one of the claim's own instances a hypothesis may be undefined: then so is what it says."""
    found, formal = {}, formal_hypotheses(statement) if candidate.known else {}
    for h in statement.hypotheses:
        if formal.get(h.name) in candidate.known:
            found[h.name] = DRAWN
            continue
        truth = candidate.truth(statement, h.formula)
        if not (truth.kept or (truth is Truth.UNDEFINED and candidate.owner == statement.slug)):
            return None
        found[h.name] = str(truth)
    return found


@lru_cache(maxsize=64)
def formal_hypotheses(statement: Statement) -> Mapping[str, Formula]:
    return statement.formal_hypotheses


def violates(candidate: Candidate, statement: Statement) -> bool:
    """Whether some hypothesis is certainly false."""
    formal = formal_hypotheses(statement) if candidate.known else {}
    return any(
        candidate.truth(statement, h.formula) is Truth.FALSE
        for h in statement.hypotheses
        if formal.get(h.name) not in candidate.known
    )


def obeys(candidate: Candidate, statement: Statement) -> bool:
    """Whether the candidate keeps every hypothesis; then the claim as it stands must hold on it."""
    if kept(candidate, statement) is None:
        return False
    if _comparisons(candidate, statement, False)[1] is Truth.FALSE:
        raise BrokenClaimError(
            f"{statement.slug} is violated although {candidate.label} keeps all its hypotheses"
        )
    return True


def search(
    statement: Statement, weakened: Statement, tried: Iterable[Candidate], refuted: bool = False
) -> Found:
    """The first instance that breaks the weakened claim. ``refuted``: the claim as it stands is
    false, and may be broken too."""
    examined = beyond = 0
    changed = [h for h in weakened.hypotheses if h not in statement.hypotheses]
    for candidate in tried:
        if any(candidate.truth(weakened, h.formula) < Truth.UNDEFINED for h in changed):
            continue
        how = kept(candidate, weakened)
        if how is None:
            continue
        obedient = not refuted and obeys(candidate, statement)
        examined, beyond = examined + 1, beyond + violates(candidate, statement)
        found, truth = _comparisons(candidate, weakened, True)
        own = candidate.owner == statement.slug
        meaningless = own and not obedient and _is_meaningless(truth, how)
        if truth is Truth.FALSE or meaningless:
            return Found(Hit(candidate, how, found, meaningless), examined, beyond)
    return Found(None, examined, beyond)


def _is_meaningless(truth: Truth, how: Mapping[str, str]) -> bool:
    undefined = str(Truth.UNDEFINED) in how.values()
    return truth is Truth.UNDEFINED or (truth is Truth.OPEN and undefined)


def _comparisons(
    candidate: Candidate, statement: Statement, listed: bool
) -> tuple[list[Check], Truth]:
    """Of the conclusion; where it speaks of what a draw does not measure, of the parts that it
    can decide. False as soon as some comparison is certainly violated."""
    found: list[Check] = []
    truths = [Truth.TRUE]
    parts = [statement.conclusion]
    while parts:
        part = parts.pop(0)
        if part.op == "and":
            parts = [*part.args, *parts]
            continue
        truth = candidate.truth(statement, part)
        truths.append(truth)
        if listed and (truth is not Truth.OPEN or candidate.instance is not None):
            try:
                found += check(statement, candidate.on(statement), part)
            except (KeyError, TypeError, ValueError, IndexError):
                continue  # a name, or a step, that this instance does not measure
    return found, min(truths)
