"""Proof objects: a tree of rule applications with everything it rests on.

``infer`` is the only maker. A Proof is a proof *provided that its obligations are unsat*: the
ledger (and ``gradgap recheck``, from files) puts them to both solvers, and only then is anything
called proved. Facts and obligations are collected from all premises, so trust is
transitive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from theory.kernel.obligations import Obligation
from theory.kernel.rules import RULES
from theory.kernel.sequent import Axiom, Sequent
from theory.kernel.terms import KernelError, Lambda, Symbol, Term

_MAKER = object()


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """hypotheses |- conclusion, by ``rule`` from ``premises``.

    ``axioms`` and ``facts`` are all it rests on; ``own`` are the obligations of this step alone."""

    sequent: Sequent
    rule: str
    args: tuple[Any, ...]
    premises: tuple[Proof, ...]
    own: tuple[Obligation, ...]
    axioms: frozenset[Axiom]
    facts: frozenset[str]
    maker: InitVar[object]  # not kept, so that no copy can be made with another conclusion

    def __post_init__(self, maker: object) -> None:
        if maker is not _MAKER:
            raise KernelError("proofs are made by rules only")

    @property
    def hypotheses(self) -> frozenset[Term]:
        return self.sequent.hypotheses

    @property
    def conclusion(self) -> Term:
        return self.sequent.conclusion

    @property
    def modulo(self) -> frozenset[str]:
        """Names of every axiom and every fact of mathematics below this proof."""
        return self.facts | {a.name for a in self.axioms}

    def steps(self) -> list[Proof]:
        """Every node once, premises before users."""
        seen: dict[int, Proof] = {}
        stack = [(self, False)]
        while stack:
            node, done = stack.pop()
            if id(node) in seen:
                continue
            if done:
                seen[id(node)] = node
            else:
                stack.append((node, True))
                stack.extend((p, False) for p in reversed(node.premises))
        return list(seen.values())

    def obligations(self) -> dict[str, Obligation]:
        """Every question below this proof, by digest."""
        return {o.digest: o for step in self.steps() for o in step.own}


def infer(rule: str, premises: tuple[Proof, ...], *args: Any) -> Proof:
    """Apply a rule. Raises KernelError when its conditions do not hold."""
    if rule not in RULES:
        raise KernelError(f"no rule is called {rule}")
    if type(premises) is not tuple or any(type(p) is not Proof for p in premises):
        raise KernelError("premises are a tuple of proofs")
    if not _fixed(args):
        raise KernelError(f"{rule}: an argument is not a term, symbol, function, axiom or number")
    outcome = RULES[rule](tuple(p.sequent for p in premises), *args)
    axioms = frozenset[Axiom]().union(*(p.axioms for p in premises))
    if rule == "axiom":
        axioms = axioms | {args[0]}
    facts = frozenset[str]().union(*(p.facts for p in premises))
    if outcome.fact is not None and rule != "axiom":
        facts = facts | {outcome.fact}
    return Proof(
        sequent=outcome.sequent,
        rule=rule,
        args=args,
        premises=premises,
        own=outcome.obligations,
        axioms=axioms,
        facts=facts,
        maker=_MAKER,
    )


def _fixed(value: object) -> bool:
    """Whether an argument reads the same every time, and can be written down for a replay."""
    if type(value) is tuple:
        return all(map(_fixed, value))
    return type(value) in (Term, Symbol, Lambda, Axiom, int)


# -- the rules under the names proofs use ---------------------------------------------------------


def assume(formula: Term) -> Proof:
    return infer("assume", (), formula)


def axiom(fact: Axiom, *values: Term, given: tuple[Proof, ...] = ()) -> Proof:
    return infer("axiom", given, fact, *values)


def solve(goal: Term, *premises: Proof) -> Proof:
    return infer("solve", premises, goal)


def conclude(goal: Term, *premises: Proof) -> Proof:
    return infer("conclude", premises, goal)


def discharge(proof: Proof, formula: Term) -> Proof:
    return infer("discharge", (proof,), formula)


def cut(lemma: Proof, user: Proof) -> Proof:
    return infer("cut", (lemma, user))


def generalise(proof: Proof, *variables: Term) -> Proof:
    """For all variables, the first outermost."""
    for variable in reversed(variables):
        proof = infer("generalise", (proof,), variable)
    return proof


def specialise(proof: Proof, *values: Term) -> Proof:
    for value in values:
        proof = infer("specialise", (proof,), value)
    return proof


def both(*proofs: Proof) -> Proof:
    return proofs[0] if len(proofs) == 1 else infer("both", proofs)


def part(proof: Proof, index: int) -> Proof:
    return infer("part", (proof,), index)


def apply_implication(implication: Proof, condition: Proof) -> Proof:
    return infer("apply_implication", (implication, condition))


def instantiate(
    proof: Proof,
    values: Mapping[Term, Term] | None = None,
    functions: Mapping[Symbol, Lambda] | None = None,
) -> Proof:
    items = tuple((values or {}).items()), tuple((functions or {}).items())
    return infer("instantiate", (proof,), *items)


def rename_index(proof: Proof, old: Term, new: Term) -> Proof:
    return infer("rename_index", (proof,), old, new)


def congruence(equation: Proof, hole: Term, template: Term) -> Proof:
    return infer("congruence", (equation,), hole, template)


def sum_linear(index: Term, *pairs: tuple[Term, Term]) -> Proof:
    return infer("sum_linear", (), index, *pairs)


def sum_monotone(pointwise: Proof, index: Term) -> Proof:
    return infer("sum_monotone", (pointwise,), index)


def sum_exchange(outer: Term, inner: Term, body: Term) -> Proof:
    return infer("sum_exchange", (), outer, inner, body)


def prefix_zero(index: Term, body: Term) -> Proof:
    return infer("prefix_zero", (), index, body)


def prefix_step(index: Term, count: Term, body: Term) -> Proof:
    return infer("prefix_step", (), index, count, body)


def induction(index: Term, claim: Term, base: Proof, step: Proof) -> Proof:
    return infer("induction", (base, step), index, claim)


def differentiate(variable: Term, function: Term, *known: Proof) -> Proof:
    return infer("differentiate", known, variable, function)


def rename_derivative(derivative: Proof, function: Proof, slope: Proof) -> Proof:
    return infer("rename_derivative", (derivative, function, slope))


def derivative_unique(first: Proof, second: Proof) -> Proof:
    return infer("derivative_unique", (first, second))


def nondecreasing(derivative: Proof, nonnegative: Proof, start: Term, end: Term) -> Proof:
    return infer("nondecreasing", (derivative, nonnegative), start, end)
