"""Systematic mutants of a claim: its conclusion or one hypothesis slightly changed, or one dropped.

Most mutants are false, some are weaker than the claim, and a few are stronger and true. What each
of them is gets decided elsewhere: `theory.attack.mutant_proofs` tries to prove it,
`numeric.attack.mutants` to refute it, and `python -m tests.benchmarks.mutants` does both for all
and writes the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from theory.attack.mutations import comparisons, mutations, replaced
from theory.kernel.statement import Hypothesis, Statement
from theory.kernel.terms import NAT, CaptureError, SortError, Symbol, Term
from theory.pretty import pretty

DENIALS = frozenset(["relation"])  # a hypothesis turned round is another claim, not a slip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed claim. ``where`` is "conclusion" or the name of the hypothesis that is changed or
    dropped; ``statement`` is the whole changed claim, under the slug of the original.

    ``formula`` is the changed comparison in words (of a dropped hypothesis, what was dropped)."""

    operator: str
    name: str
    where: str
    formula: str
    statement: Statement


def mutants(statement: Statement) -> tuple[Mutant, ...]:
    """Every mutant once, none equal to the claim, in a fixed order and with distinct names."""
    seen = {(statement.formal_conclusion, _listed(statement))}
    counts: dict[str, int] = {}
    found = []
    for mutant in _all(statement):
        try:
            key = (mutant.statement.formal_conclusion, _listed(mutant.statement))
        except (SortError, CaptureError):
            continue  # the change does not make a formula of the kernel
        if key not in seen:
            seen.add(key)
            counts[mutant.name] = counts.get(mutant.name, 0) + 1
            again = counts[mutant.name]
            name = mutant.name if again == 1 else f"{mutant.name} (place {again})"
            found.append(replace(mutant, name=name))
    return tuple(found)


def _listed(statement: Statement) -> frozenset[Term]:
    return frozenset(statement.formal_hypotheses.values())


def _all(statement: Statement) -> Iterator[Mutant]:
    names = _names(statement)
    for operator, words, formula, shown in _changes(statement.conclusion, names):
        name = f"conclusion, {operator}: {words}"
        mutated = replace(statement, conclusion=formula)
        yield Mutant(operator, name, "conclusion", shown, mutated)
    for h in statement.hypotheses:
        others = tuple(g for g in statement.hypotheses if g.name != h.name)
        dropped = replace(statement, hypotheses=others)
        yield Mutant("dropped", f"{h.name}, dropped", h.name, pretty(h.formula), dropped)
    for h in statement.hypotheses:
        if about_numbers(h.formula):
            for operator, words, formula, shown in _changes(h.formula, names, DENIALS):
                mutated = _with(statement, replace(h, formula=formula))
                yield Mutant(operator, f"{h.name}, {operator}: {words}", h.name, shown, mutated)


def _changes(
    formula: Term, names: frozenset[str], skip: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str, Term, str]]:
    """Operator, change in words, changed formula, changed comparison in words."""
    for path, atom in comparisons(formula):
        for operator, words, mutated in mutations(atom, names, skip):
            try:
                whole = replaced(formula, path, mutated)
            except SortError:
                continue
            yield operator, words, whole, pretty(mutated)


def _with(statement: Statement, changed: Hypothesis) -> Statement:
    hypotheses = (changed if h.name == changed.name else h for h in statement.hypotheses)
    return replace(statement, hypotheses=tuple(hypotheses))


def about_numbers(formula: Term) -> bool:
    """A bound on named numbers, for all steps at most: a step range, a level, a constant.

    What it means to be a policy (probabilities, scores, rewards) is not of this kind."""
    if formula.op == "forall":
        return formula.args[0].sort == NAT and about_numbers(formula.args[1])
    if formula.op in ("deriv", "sum"):
        return False
    if isinstance(formula.data, Symbol):
        return all(sort == NAT for sort in formula.data.sorts)
    return all(about_numbers(part) for part in formula.args)


def _names(statement: Statement) -> frozenset[str]:
    """The variables and functions that a claim speaks of, abbreviations among them."""
    formulas = [statement.conclusion, *(h.formula for h in statement.hypotheses)]
    variables = {str(v.data) for f in formulas for v in f.free}
    functions = {s.name for f in formulas for s in f.symbols}
    shorts = {_short(n.symbol) for n in statement.notation}
    return frozenset(variables | functions | shorts)


def _short(symbol: Term | Symbol) -> str:
    return symbol.name if isinstance(symbol, Symbol) else str(symbol.data)
