"""Course mode: weaken a claim and look for the finite policy that breaks it.

    run("sharp_step", drop="smooth")          show(...) prints it, as_json(...) hands it on
    run("lemma_1", change="8 -> 1/4")

*Refuted* means that an instance keeps every hypothesis that is left (and how it is known to, in the
words of ``numeric.checks._base``), and that balls certainly violate the conclusion on it; or that a
side of it has no meaning there (a mean over nothing), which is said. *Undecided* says that no such
instance was found among those tried, and nothing more: a search proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from textwrap import fill, indent
from types import ModuleType
from typing import Any, Literal

from numeric.attack.pool import Candidate, candidates, digits, explicit, modules, table
from numeric.attack.search import BrokenClaimError as BrokenClaimError
from numeric.attack.search import Found, Hit, obeys, search
from numeric.checks._base import Check
from numeric.checks._instances import Instance
from theory.attack.weaken import SIGNS, changed, dropped, written
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
TRIES = 1_500


@dataclass(frozen=True)
class Counterexample:
    """A finite policy, in numbers: what it is, and what was measured on it."""

    label: str
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


def broken_by(
    slug: str,
    drop: str | None = None,
    change: str | None = None,
    tries: int = TRIES,
    seed: int = 0,
) -> Broken:
    """Drop a hypothesis or change the text of a claim, and try at most ``tries`` instances.

    ValueError for an unknown claim, hypothesis or constant, and unless exactly one of ``drop`` and
    ``change`` is given. BrokenClaimError if the unchanged claim is violated."""
    statement = _claim(slug)
    slug = statement.slug
    if (drop is None) == (change is None):
        raise ValueError("give either a hypothesis to drop or a change to make")
    if tries < 1:
        raise ValueError(f"tries must be at least 1, got {tries}")
    if drop is not None:
        weakened, asked = dropped(statement, drop), f"drop {drop}"
        call = f"dropped(claim, {drop!r})"
    else:
        assert change is not None
        weakened, asked = changed(statement, change), f"change {change.strip()}"
        call = f"changed(claim, {change.strip()!r})"
    survives(statement)
    pool = _ordered(candidates(weakened, seed), statement, asked)
    found = search(statement, weakened, islice(pool, tries))
    answer = Broken(
        slug=slug,
        asked=asked,
        weakened=_difference(statement, weakened, drop),
        verdict="undecided",
        examined=found.examined,
        beyond=found.beyond,
    )
    if found.hit is None:
        return replace(answer, remark=_remark(statement, drop, found))
    return replace(
        answer,
        verdict="refuted",
        counterexample=_counterexample(found.hit, weakened),
        comparisons=tuple(map(_sides, found.hit.comparisons)),
        kept=found.hit.kept,
        snippet=_snippet(slug, call, found.hit.candidate),
    )


def survives(statement: Statement) -> int:
    """How many of the claim's own instances keep all its hypotheses, and so had better not break
    it. Raises BrokenClaimError if one does."""
    return sum(obeys(candidate, statement) for candidate in explicit(statement.slug))


def _ordered(found: Iterator[Candidate], statement: Statement, asked: str) -> Iterator[Candidate]:
    """The claim's own instance for just this question, if there is one, and then all."""
    for candidate in explicit(statement.slug):
        if f"instance {asked!r} of" in candidate.label:
            yield candidate
            break
    yield from found


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


def _remark(statement: Statement, drop: str | None, found: Found) -> str:
    """What to say when nothing was found; for a hypothesis, what its check says about it."""
    if not found.examined:
        return "no instance is known to keep these hypotheses, so nothing was tried"
    if drop is None:
        return "no countermodel found: the changed claim may be true or false"
    if not found.beyond:
        return f"no instance that breaks {drop} is known, so it was not tried"
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


def _counterexample(hit: Hit, weakened: Statement) -> Counterexample:
    candidate, instance = hit.candidate, hit.candidate.instance
    return Counterexample(
        label=candidate.label,
        meaningless=hit.meaningless,
        parameters=dict(candidate.parameters),
        policy=table(instance) if isinstance(instance, Instance) else {},
        numbers=_numbers(candidate.on(weakened), _spoken_of(weakened)),
    )


def _spoken_of(statement: Statement) -> set[str]:
    """The names in a claim's short notation."""
    formulas = [statement.conclusion, *(h.formula for h in statement.hypotheses)]
    variables = {str(v.data) for formula in formulas for v in formula.free}
    return variables | {symbol.name for formula in formulas for symbol in formula.symbols}


def _numbers(values: Values, spoken_of: set[str]) -> dict[str, str]:
    """What was measured, to six digits; functions of the step at the first steps and the last."""
    names = [n for n in FIRST if n in values]
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
        elif callable(value) and name in BY_RESPONSE and not {"K", "Prompt"} & set(values):
            found[name] = f"({', '.join(digits(value(o)) for o in values['Response'])})"
        elif hasattr(value, "mid"):
            found[name] = digits(value)
    return found


def _snippet(slug: str, call: str, candidate: Candidate) -> str:
    """A program that rebuilds the instance and prints each comparison of the weakened claim."""
    used = "\n".join(line for line in candidate.code if not line.startswith(("from ", "import ")))
    imports = {
        line
        for line in candidate.code
        if (
            line.startswith(("from ", "import "))
            and any(name.strip() in used for name in line.partition(" import ")[2].split(","))
        )
        or line == "import numpy as np"
    } | {
        "from numeric.checks._base import check" + ", examined" * (candidate.instance is not None),
        f"from theory.attack.weaken import {call.split('(')[0]}",
        f"from theory.statements.{slug} import STATEMENT as claim",
    }
    lines = (
        *sorted(imports, key=lambda line: (line.startswith("from"), line)),
        "",
        f"weakened = {call}",
        used,
        *(("values = examined(weakened, instance).values",) * (candidate.instance is not None)),
        "for c in check(weakened, values):",
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
