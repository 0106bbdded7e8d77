"""What a claim is: a frozen Statement, from which proof, check, table and text are all made.

The conclusion is written in short notation (J, gap, eta, ...) and each abbreviation says which term
it stands for. ``formal_conclusion`` expands the abbreviations: that is what the kernel proves. The
numeric mirror evaluates the short form on measured numbers: that is why no constant is typed twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from theory.kernel.renaming import variables
from theory.kernel.sorts import Sort, check_name
from theory.kernel.syntax import fingerprint, to_text
from theory.kernel.terms import KernelError, Lambda, Symbol, Term, conj, instantiate

Kind = Literal["equality", "upper", "lower", "exists", "asymptotic", "scope"]
Verdict = Literal["proved", "refuted", "witnessed", "measured", "undecided"]


class BadStatement(KernelError):
    """A statement in which one name says two things, or whose quantifiers are not plain."""


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


@dataclass(frozen=True, slots=True, repr=False)
class Statement:
    """A claim. ``printed`` quotes the paper's form where it differs from what is stated here.

    A claim is about all values of its free variables, all functions and all finite index sets. One
    of kind "exists" says that for all its ``parameters``, which are then its only free numbers,
    there are functions, index sets and elements of them (its free indices) with the properties that
    the conclusion lists; its hypotheses say which parameters are admitted."""

    slug: str
    title: str
    paper_ref: str
    kind: Kind
    hypotheses: tuple[Hypothesis, ...]
    conclusion: Term
    notation: tuple[Notation, ...] = ()
    parameters: tuple[Term, ...] = ()
    expected: Verdict = "proved"
    printed: str | None = None
    corrected_by: str | None = None
    remark: str = ""
    twins: tuple[Twin, ...] = ()

    def __repr__(self) -> str:
        return f"<statement {self.slug}: {self.title}>"

    def __post_init__(self) -> None:
        """Raises KernelError: each name has one meaning, and each free variable one quantifier."""
        kinds = {Hypothesis: self.hypotheses, Notation: self.notation, Term: self.parameters}
        for kind, listed in kinds.items():
            if type(listed) is not tuple or any(type(item) is not kind for item in listed):
                raise BadStatement(f"{self.slug}: not a tuple of {kind.__name__}")
        for name in (self.slug, *(h.name for h in self.hypotheses)):
            check_name(name)
        if len({h.name for h in self.hypotheses}) < len(self.hypotheses):
            raise BadStatement(f"{self.slug}: two hypotheses have one name")
        formulas = (*self.formal_hypotheses.values(), self.formal_conclusion)
        short = [_called(n.symbol) for n in self.notation]
        if len(set(short)) < len(short):
            raise BadStatement(f"{self.slug}: an abbreviation has two meanings")
        spoken = {_called(v) for v in variables(formulas)}
        spoken |= {_called(s) for f in formulas for s in f.symbols}
        if clash := spoken & set(short):
            raise BadStatement(f"{self.slug}: {min(clash)[0]} is an abbreviation and is left over")
        if len(set(self.parameters)) < len(self.parameters) or any(
            p.op != "var" or p.sort.finite for p in self.parameters
        ):
            raise BadStatement(f"{self.slug}: parameters are variables for numbers, each once")
        if self.kind != "exists" and self.parameters:
            raise BadStatement(f"{self.slug}: only a claim of existence has parameters")
        if self.kind == "exists":
            self._check_quantifiers(formulas)

    def _check_quantifiers(self, formulas: tuple[Term, ...]) -> None:
        for variable in frozenset().union(*(f.free for f in formulas)) - set(self.parameters):
            if not variable.sort.finite:
                raise BadStatement(f"{self.slug}: {variable.data} is free and not a parameter")
        for h, formula in zip(self.hypotheses, formulas, strict=False):
            if formula.symbols or any(v.sort.finite for v in variables([formula])):
                raise BadStatement(f"{self.slug}: {h.name} is not about the parameters alone")

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
        """Changes whenever what is claimed changes: formulas / names of the hypotheses / kind and
        verdict, the parameters it holds for, the claim that corrects it."""
        hypotheses = sorted(self.formal_hypotheses.items())
        formulas = fingerprint(conj(*(f for _, f in hypotheses)), self.formal_conclusion)
        quantified = "".join(f" for {to_text(p)}" for p in self.parameters)
        corrected = f" see {self.corrected_by}" if self.corrected_by else ""
        names = ",".join(name for name, _ in hypotheses)
        return f"{formulas}/{names}/{self.kind} {self.expected}{quantified}{corrected}"


def _called(symbol: Term | Symbol) -> tuple[str, tuple[Sort, ...]]:
    """What a reader sees: the name, with the sorts of the arguments of a function."""
    if isinstance(symbol, Symbol):
        return symbol.name, symbol.sorts
    return str(symbol.data), ()
