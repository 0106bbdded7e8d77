"""Course mode: weaken a claim and look for the finite policy that breaks it.

    run("sharp_step", drop="smooth")          show(...) prints it, as_json(...) hands it on
    run("lemma_1", change="8 -> 1/4")

*Refuted* means that an instance keeps every hypothesis that is left, for the reasons listed, and
that balls certainly violate the conclusion on it; or that a side of it has no meaning there (a mean
over nothing), which is said. *Undecided* says that no such instance was found, and nothing more: a
search proves nothing. Each run also tries the unchanged claim on the same instances, and stops with
an error should one of them break it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from textwrap import fill, indent
from types import ModuleType
from typing import Any, Literal

from numeric.attack.break_pool import Candidate, candidates, digits, explicit, kept, violates
from numeric.attack.necessity import modules
from numeric.attack.weaken import SIGNS, changed, dropped, written
from numeric.checks._base import Check, check
from theory.evaluate import Values
from theory.kernel.statement import Statement
from theory.statements import STATEMENTS
from theory.statements._lookup import named

Verdict = Literal["refuted", "undecided"]
Row = tuple[str, str]

FIRST = ("J", "F", "J_next", "F_next", "gap", "eta", "L", "G", "change")
BY_STEP = ("J", "gap", "eta", "M")
BY_RESPONSE = ("r", "p", "p_next")
STEPS_SHOWN = 4


class BrokenClaimError(RuntimeError):
    """An instance keeps all hypotheses of a claim as it stands, and breaks it: the proof, the check
    or the instance is wrong."""


@dataclass(frozen=True)
class Counterexample:
    """A finite policy, in numbers: what it is, and what was measured on it."""

    label: str
    note: str
    meaningless: bool
    parameters: Mapping[str, str]
    policy: Mapping[str, str]
    numbers: Mapping[str, str]


@dataclass(frozen=True)
class Broken:
    """What came of a weakened claim.

    ``comparisons``: each one of the weakened conclusion, with both sides to six digits and whether
    it certainly holds (True), certainly fails (False) or has no answer (None). ``examined`` counts
    the instances that keep the weakened hypotheses, ``beyond`` those of them that certainly break
    one of the original ones."""

    slug: str
    asked: str
    weakened: str
    verdict: Verdict
    counterexample: Counterexample | None = None
    comparisons: tuple[Mapping[str, Any], ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)
    snippet: str = ""
    examined: int = 0
    beyond: int = 0
    remark: str = ""


def run(
    slug: str,
    drop: str | None = None,
    change: str | None = None,
    seconds: float = 20.0,
    seed: int = 0,
) -> Broken:
    """Drop a hypothesis or change the text of a claim, and search for at most ``seconds``.

    ValueError for an unknown claim, hypothesis or constant, and unless exactly one of ``drop`` and
    ``change`` is given. BrokenClaimError if the unchanged claim is violated."""
    statement = _claim(slug)
    slug = statement.slug
    if (drop is None) == (change is None):
        raise ValueError("give either a hypothesis to drop or a change to make")
    if not (seconds > 0 and math.isfinite(seconds)):
        raise ValueError(f"seconds must be positive and finite, got {seconds}")
    if drop is not None:
        weakened, asked = dropped(statement, drop), f"drop {drop}"
        call = f"dropped(claim, {drop!r})"
    else:
        assert change is not None
        weakened, asked = changed(statement, change), f"change {change.strip()}"
        call = f"changed(claim, {change.strip()!r})"
    survives(statement)
    hit, examined, beyond = _search(statement, weakened, asked, seconds, seed)
    answer = Broken(
        slug=slug,
        asked=asked,
        weakened=_difference(statement, weakened, drop),
        verdict="undecided",
        examined=examined,
        beyond=beyond,
    )
    if hit is None:
        return replace(answer, remark=_remark(statement, drop, examined))
    return replace(
        answer,
        verdict="refuted",
        counterexample=_counterexample(hit, weakened),
        comparisons=tuple(map(_sides, hit.found)),
        kept=hit.reasons,
        snippet=_snippet(slug, call, hit.candidate),
    )


def survives(statement: Statement) -> int:
    """How many of the claim's own instances keep all its hypotheses, and so had better not break
    it. Raises BrokenClaimError if one does."""
    found = 0
    for candidate in explicit(statement.slug):
        found += _obeys(candidate, statement)
    return found


def _obeys(candidate: Candidate, statement: Statement) -> bool:
    """Whether the candidate keeps every hypothesis; then the claim as it stands must hold on it."""
    if kept(candidate, statement) is None:
        return False
    if any(c.holds is False for c in check(statement, candidate.values)):
        raise BrokenClaimError(
            f"{statement.slug} is violated although {candidate.label} keeps all its hypotheses"
        )
    return True


@dataclass(frozen=True, eq=False)
class _Hit:
    """An instance that breaks the weakened claim, and why it keeps what is left of it."""

    candidate: Candidate
    reasons: Mapping[str, str]
    found: list[Check]
    meaningless: bool


def _search(
    statement: Statement, weakened: Statement, asked: str, seconds: float, seed: int
) -> tuple[_Hit | None, int, int]:
    """The first instance that breaks the weakened claim; how many were examined, and how many of
    them break one of the original hypotheses."""
    end = time.monotonic() + seconds
    examined = beyond = 0
    for candidate in _ordered(candidates(statement, weakened, seed), statement, asked):
        if time.monotonic() > end:
            break
        reasons = kept(candidate, weakened)
        found = None if reasons is None else _checks(weakened, candidate.values)
        if reasons is None or found is None:
            continue
        obeys = _obeys(candidate, statement)
        examined, beyond = examined + 1, beyond + violates(candidate, statement)
        own = candidate.owner == statement.slug
        meaningless = candidate.meaningless and own and not obeys
        if meaningless or any(c.holds is False for c in found):
            return _sound(_Hit(candidate, reasons, found, meaningless), weakened), examined, beyond
    return None, examined, beyond


def _sound(hit: _Hit, weakened: Statement) -> _Hit:
    """The hit, after a look at its policy along the whole step, where it has one."""
    seen = hit.candidate.visibly_broken(weakened)
    if seen:
        raise BrokenClaimError(f"{hit.candidate.label} visibly breaks {', '.join(sorted(seen))}")
    return hit


def _ordered(found: Iterator[Candidate], statement: Statement, asked: str) -> Iterator[Candidate]:
    """The claim's own instance for just this question, if there is one, and then all."""
    for candidate in explicit(statement.slug):
        if f"instance {asked!r} of" in candidate.label:
            yield candidate
            break
    yield from found


def _checks(statement: Statement, values: Values) -> list[Check] | None:
    """The comparisons of the conclusion; None where the instance lacks one of its numbers."""
    try:
        return check(statement, values)
    except KeyError:
        return None


def _claim(slug: str) -> Statement:
    slug = named(slug)[0]
    statement = STATEMENTS[slug]
    if statement.expected == "refuted":
        raise ValueError(f"{slug} is false as it stands; break {statement.corrected_by} instead")
    if slug not in modules():
        raise ValueError(f"{slug} has no numeric check, so there is nothing to break it on")
    return statement


def _difference(statement: Statement, weakened: Statement, drop: str | None) -> str:
    """What is claimed now, where it is not what was claimed."""
    if drop is not None:
        gone = next(h for h in statement.hypotheses if h.name == drop)
        return f"{written(statement.conclusion)}, without {drop}: {written(gone.formula)}"
    before = {h.name: h.formula for h in statement.hypotheses}
    parts = [written(weakened.conclusion)] if weakened.conclusion != statement.conclusion else []
    parts += [
        f"{h.name}: {written(h.formula)}"
        for h in weakened.hypotheses
        if before[h.name] != h.formula
    ]
    return "; ".join(parts)


def _remark(statement: Statement, drop: str | None, examined: int) -> str:
    """What to say when nothing was found; for a hypothesis, what its check says about it."""
    if not examined:
        return "no instance is known to keep these hypotheses, so nothing was tried"
    if drop is None:
        return "no countermodel found: the changed claim may be true or false"
    says = _says(modules()[statement.slug], drop)
    return f"no countermodel is known: the claim may hold without it. The check says: {says}"


def _says(module: ModuleType, name: str) -> str:
    """The docstring of a check, without the paragraphs that are about another hypothesis."""
    paragraphs = [" ".join(text.split()) for text in (module.__doc__ or "").split("\n\n")]
    return " ".join(p for p in paragraphs if not p.startswith("`") or p.startswith(f"`{name}`"))


def _sides(one: Check) -> Mapping[str, Any]:
    return {
        "left": digits(one.measured),
        "relation": SIGNS[one.relation],
        "right": digits(one.claimed),
        "holds": one.holds,
    }


def _counterexample(hit: _Hit, weakened: Statement) -> Counterexample:
    candidate = hit.candidate
    return Counterexample(
        label=candidate.label,
        note=candidate.note,
        meaningless=hit.meaningless,
        parameters=dict(candidate.parameters),
        policy=dict(candidate.policy()),
        numbers=_numbers(candidate.values, _spoken_of(weakened)),
    )


def _spoken_of(statement: Statement) -> set[str]:
    """The names in a claim's short notation."""
    formulas = [statement.conclusion, *(h.formula for h in statement.hypotheses)]
    variables = {str(v.data) for formula in formulas for v in formula.free}
    return variables | {symbol.name for formula in formulas for symbol in formula.symbols}


def _numbers(values: Values, spoken_of: set[str]) -> dict[str, str]:
    """What was measured, to six digits; functions of the step at the first steps and the last."""
    names = [n for n in (*FIRST, *BY_RESPONSE) if n in values]
    names += sorted((set(values) & spoken_of) - {*names})
    found = {}
    for name in names:
        value = values[name]
        if isinstance(value, int):
            found[name] = str(value)
        elif callable(value) and name in BY_STEP and "M" in values:
            K = values["K"]
            for k in sorted({*range(min(K, STEPS_SHOWN)), K}):
                found[f"{name}({k})"] = digits(value(k))
        elif callable(value) and name in BY_RESPONSE and "K" not in values:
            found[name] = f"({', '.join(digits(value(o)) for o in values['Response'])})"
        elif hasattr(value, "mid"):
            found[name] = digits(value)
    return found


def _snippet(slug: str, call: str, candidate: Candidate) -> str:
    """A program that rebuilds the instance and prints each comparison of the weakened claim."""
    imports = {line for line in candidate.code if line.startswith(("from ", "import "))} | {
        "from numeric.checks._base import check",
        f"from numeric.attack.weaken import {call.split('(')[0]}",
        f"from theory.statements.{slug} import STATEMENT as claim",
    }
    lines = (
        *sorted(imports, key=lambda line: (line.startswith("from"), line)),
        "",
        *(line for line in candidate.code if line not in imports),
        f"for c in check({call}, values):",
        "    left, right = (x.mid().str(6, radius=False) for x in (c.measured, c.claimed))",
        "    print(left, c.relation, right, c.holds)",
    )
    return "\n".join(lines) + "\n"


# -- what is printed ------------------------------------------------------------------------------

WIDTH, LABEL = 100, 21
PROGRAM = "to run it"
ANSWERS = {True: "holds", False: "FAILS", None: "no answer"}


def show(broken: Broken) -> list[Row]:
    """Rows of a label and a text, in the order in which one reads them."""
    rows = [("claim", broken.slug), ("weakened", f"{broken.asked}: {broken.weakened}")]
    found = broken.counterexample
    if found is None:
        tried = f"no countermodel among {broken.examined} instances"
        tried += f"; {broken.beyond} of them break what was weakened" if broken.beyond else ""
        return [*rows, ("verdict", "undecided"), ("search", tried), ("remark", broken.remark)]
    why = ": a number that the claim speaks of is undefined there" if found.meaningless else ""
    rows += [("verdict", f"refuted{why}"), ("instance", found.label)]
    rows += [("what happens", found.note)] if found.note else []
    rows += [*found.parameters.items(), *found.policy.items()]
    rows += [("measured", ", ".join(f"{n}={x}" for n, x in found.numbers.items()))]
    rows += [(f"keeps {name}", why) for name, why in broken.kept.items()]
    rows += [
        ("conclusion", f"{c['left']} {c['relation']} {c['right']}  {ANSWERS[c['holds']]}")
        for c in broken.comparisons
    ]
    return [*rows, (PROGRAM, broken.snippet)]


def as_text(broken: Broken) -> str:
    """The rows on a screen of WIDTH columns; the program that rebuilds the instance comes last."""
    *rows, last = show(broken)
    program = last[1] if last[0] == PROGRAM else ""
    text = [_wrapped(*row) for row in (rows if program else [*rows, last])]
    return "\n".join([*text, "", PROGRAM, "", indent(program, "    ")] if program else text)


def _wrapped(label: str, text: str) -> str:
    return fill(
        text, WIDTH, initial_indent=f"{label:{LABEL}} ", subsequent_indent=" " * (LABEL + 1)
    )


def as_json(broken: Broken) -> dict[str, Any]:
    """The same as plain data."""
    found = broken.counterexample
    return {
        "slug": broken.slug,
        "asked": broken.asked,
        "weakened": broken.weakened,
        "verdict": broken.verdict,
        "counterexample": None
        if found is None
        else {
            "label": found.label,
            "note": found.note,
            "meaningless": found.meaningless,
            "parameters": dict(found.parameters),
            "policy": dict(found.policy),
            "numbers": dict(found.numbers),
        },
        "comparisons": [dict(c) for c in broken.comparisons],
        "kept": dict(broken.kept),
        "snippet": broken.snippet,
        "examined": broken.examined,
        "beyond": broken.beyond,
        "remark": broken.remark,
    }
