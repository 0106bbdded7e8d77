r"""A proof object as a numbered list, condensed for reading.

Every step is in ``gradgap explain SLUG --steps``. Here a step that only passes a formula on (an
instance, one half of a conjunction, a hypothesis moved) is not shown: who uses it names instead
what it came from. A step that an earlier proof of the document has shown is named there, and what
another claim proves is named by that claim.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from theory.kernel.proof import Proof
from theory.kernel.statement import Statement
from theory.kernel.terms import KernelError, Term
from theory.kernel.verdict import Case
from theory.paper.latex_terms import formula
from theory.paper.latex_words import label, link, name
from theory.pretty import abbreviations
from theory.statements import STATEMENTS

PASSING = frozenset(
    (
        *("apply_implication", "both", "cut", "generalise", "instantiate", "part"),
        *("rename_derivative", "rename_index", "specialise"),
    )
)
RULES = {"assume": "assumed", "solve": "both solvers", "conclude": "both solvers"}
LONGEST = 20_000  # letters of a formula in print: TeX's memory ends at some fifty times as many

Use = tuple[str, int]  # a claim, a hypothesis or nothing, in TeX; the step, or 0 for none
Key = tuple[frozenset[Term], Term]


@dataclass(slots=True)
class Shown:
    """What the document has listed so far: for each sequent the claim and the number of its
    step."""

    steps: dict[Key, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A numbered step; ``uses`` are the steps and names of what it is made from."""

    number: int
    tex: str
    rule: str
    uses: tuple[Use, ...]

    @property
    def reason(self) -> str:
        places: dict[str, list[int]] = {}
        for place, number in self.uses:
            places.setdefault(place, []).append(number)
        uses = ", ".join(_place(place, sorted(numbers)) for place, numbers in places.items())
        return RULES.get(self.rule, name(self.rule)) + (f": {uses}" if uses else "")

    def __str__(self) -> str:
        tex = self.tex
        if len(tex) > LONGEST:
            tex = rf"\text{{a formula of {len(tex)} letters, printed by explain}}"
        return rf"\ggstep{{{self.number}}}{{{tex}}}{{{self.reason}}}"


def _place(place: str, numbers: list[int]) -> str:
    """Steps of this proof, of another one, or something that has no number."""
    listed = ", ".join(str(n) for n in numbers if n)
    return f"{place}~({listed})" if place and listed else place + listed


def listing(statement: Statement, proof: Proof, shown: Shown | None = None) -> list[Line]:
    """The lines of a proof, premises before users, each of them used. ``shown`` is what has been
    listed before; it learns what is listed here."""
    shown = Shown() if shown is None else shown
    known = {assumed: key for key, assumed in statement.formal_hypotheses.items()}
    names = abbreviations(statement)
    sources: dict[int, tuple[Use, ...]] = {}
    here: dict[Key, int] = {}
    found: list[tuple[Proof, tuple[Use, ...]]] = []
    for step in reached(statement.slug, proof, shown):
        elsewhere = _elsewhere(statement.slug, step, proof, shown)
        again = here.get(_key(step)) if step is not proof else None
        if elsewhere is not None:
            sources[id(step)] = (elsewhere,)
        elif again is not None:
            sources[id(step)] = (("", again),)
        elif step.rule == "assume" and step.conclusion in known:
            sources[id(step)] = ((name(known[step.conclusion]), 0),)
        elif step.rule in PASSING and step is not proof:
            sources[id(step)] = _gathered(step, sources)
        else:
            uses = ((name(step.args[0].name), 0),) if step.rule == "axiom" else ()
            found.append((step, (*uses, *_gathered(step, sources))))
            sources[id(step)] = (("", len(found)),)
            here[_key(step)] = len(found)
    new = _renumbered([uses for _, uses in found])
    for old, number in new.items():
        shown.steps.setdefault(_key(found[old - 1][0]), (statement.slug, number))
    return [
        Line(
            number,
            formula(found[old - 1][0].conclusion, names, display=False),
            found[old - 1][0].rule,
            tuple((place, step if place else new[step]) for place, step in found[old - 1][1]),
        )
        for old, number in new.items()
    ]


def _renumbered(uses: list[tuple[Use, ...]]) -> dict[int, int]:
    """New numbers for the steps that the last one needs; a step is idle when the sequent it led to
    came about in another way."""
    needed, waiting = {len(uses)}, [len(uses)]
    while waiting:
        for place, step in uses[waiting.pop() - 1]:
            if not place and step not in needed:
                needed.add(step)
                waiting.append(step)
    return {old: number for number, old in enumerate(sorted(needed), start=1)}


def argument(case: Case) -> tuple[Proof, str]:
    """The proof of a case, or the refutation in its model, and what to call it."""
    if case.proof is not None:
        return case.proof, "Proof of"
    assert case.instance.negation is not None
    return case.instance.negation, "Refutation, in the countermodel, of"


def reading_order(cases: Mapping[str, Case]) -> list[str]:
    """The claims, each after those that its proof names, else as they stand."""
    found: dict[str, None] = {}

    def visit(slug: str, users: tuple[str, ...]) -> None:
        if slug in users:
            raise KernelError(f"the proofs of {' and '.join((*users, slug))} go round in a circle")
        if slug in found or slug not in cases:
            return
        for used in named(slug, argument(cases[slug])[0]):
            visit(used, (*users, slug))
        found.setdefault(slug)

    for slug in cases:
        visit(slug, ())
    return list(found)


def named(slug: str, proof: Proof) -> list[str]:
    """The claims that the listing of a proof names."""
    steps = reached(slug, proof, Shown())
    claims = (_claim_named(slug, step, proof) for step in steps)
    return list(dict.fromkeys(claim for claim in claims if claim is not None))


def reached(slug: str, proof: Proof, shown: Shown) -> Iterator[Proof]:
    """The steps of a proof, each once, premises first; not those below what is named elsewhere."""
    seen: set[int] = set()
    stack = [(proof, False)]
    while stack:
        step, done = stack.pop()
        if done:
            yield step
            continue
        if id(step) in seen:
            continue
        seen.add(id(step))
        stack.append((step, True))
        if _elsewhere(slug, step, proof, shown) is None:
            stack.extend((premise, False) for premise in reversed(step.premises))


def _key(step: Proof) -> Key:
    return step.hypotheses, step.conclusion


def _elsewhere(slug: str, step: Proof, proof: Proof, shown: Shown) -> Use | None:
    """Where else a step stands: a claim of its own, or a step of an earlier proof."""
    if step is proof:
        return None
    claim = _claim_named(slug, step, proof)
    if claim is not None:
        return link(claim), 0
    there = shown.steps.get(_key(step))
    if there is None or step.rule == "assume":
        return None
    return rf"\ggproofref{{{label(there[0])}}}{{{name(there[0])}}}", there[1]


@cache
def _claims() -> Mapping[Term, tuple[tuple[str, frozenset[Term]], ...]]:
    """By formal conclusion, the claims that end in it, each with its hypotheses."""
    found: dict[Term, tuple[tuple[str, frozenset[Term]], ...]] = {}
    for slug, s in STATEMENTS.items():
        claim = slug, frozenset(s.formal_hypotheses.values())
        found[s.formal_conclusion] = (*found.get(s.formal_conclusion, ()), claim)
    return found


def claim_of(step: Proof, but: str) -> str | None:
    """The first claim, not counting one, that a step proves from no more than its hypotheses."""
    ends = _claims().get(step.conclusion, ())
    return next((s for s, listed in ends if s != but and step.hypotheses <= listed), None)


def _claim_named(slug: str, step: Proof, proof: Proof) -> str | None:
    if step is proof or step.rule not in ("conclude", "both"):
        return None
    return claim_of(step, slug)


def _gathered(step: Proof, sources: Mapping[int, tuple[Use, ...]]) -> tuple[Use, ...]:
    """What the premises of a step come from, each once."""
    found: dict[Use, None] = {}
    for premise in step.premises:
        found.update(dict.fromkeys(sources[id(premise)]))
    return tuple(found)
