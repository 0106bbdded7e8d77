"""What a claim is: a frozen Statement, from which proof, check, table and text are all made.

The conclusion is written in short notation (J, gap, eta, ...) and each abbreviation says which term
it stands for. ``formal_conclusion`` expands the abbreviations: that is what the kernel proves. The
numeric mirror evaluates the short form on measured numbers: that is why no constant is typed twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from theory.kernel.syntax import fingerprint
from theory.kernel.terms import Lambda, Symbol, Term, conj, instantiate

Kind = Literal["equality", "upper", "lower", "exists", "asymptotic", "scope"]
Verdict = Literal["proved", "refuted", "witnessed", "measured", "undecided"]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A named assumption, in short notation, and what it is for."""

    name: str
    formula: Term
    meaning: str


@dataclass(frozen=True, slots=True)
class Notation:
    """An abbreviation: ``symbol`` (a variable, or a Symbol applied to ``params``) means
    ``body``."""

    symbol: Term | Symbol
    body: Term
    meaning: str
    params: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Twin:
    """A mutated, false version of a claim: another conclusion, or a hypothesis left out."""

    name: str
    conclusion: Term | None = None
    drop: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim. ``printed`` quotes the paper's form where it differs from what is stated here."""

    slug: str
    title: str
    paper_ref: str
    kind: Kind
    hypotheses: tuple[Hypothesis, ...]
    conclusion: Term
    notation: tuple[Notation, ...] = ()
    expected: Verdict = "proved"
    printed: str | None = None
    corrected_by: str | None = None
    remark: str = ""
    twins: tuple[Twin, ...] = ()

    def expand(self, formula: Term) -> Term:
        """Replace every abbreviation by what it stands for."""
        values = {n.symbol: n.body for n in self.notation if isinstance(n.symbol, Term)}
        functions = {
            n.symbol: Lambda(n.params, n.body)
            for n in self.notation
            if isinstance(n.symbol, Symbol)
        }
        return instantiate(formula, values, functions)

    @property
    def formal_hypotheses(self) -> dict[str, Term]:
        return {h.name: self.expand(h.formula) for h in self.hypotheses}

    @property
    def formal_conclusion(self) -> Term:
        return self.expand(self.conclusion)

    @property
    def fingerprint(self) -> str:
        """Changes whenever what is claimed changes."""
        hypotheses = sorted(self.formal_hypotheses.items())
        names = [name for name, _ in hypotheses]
        formulas = [formula for _, formula in hypotheses]
        return fingerprint(conj(*formulas), self.formal_conclusion) + "/" + ",".join(names)
