"""A derivation: named steps that hang together, each justified by algebra and tested in balls.

``check`` refuses a step that its rule does not justify, a step that fails in balls at a random
point, a step that does not begin where the one before ended, and a step that nothing uses. A wrong
rule would have to agree with the balls, and a lucky point with the algebra.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import sympy as sp
from sympy.printing.str import StrPrinter

from theory.derivations._balls import evaluate, precision
from theory.derivations._relation import (
    Claim,
    Domain,
    Entry,
    Equivalence,
    Let,
    Relation,
    Whole,
    share,
)
from theory.derivations._rule import Context, Refused, Rule
from theory.derivations._rules import Limits, Unknown
from theory.derivations._signs import is_zero
from theory.pretty import SUPERSCRIPTS, letter

POINTS = 8
AGREES = {"=": ("=",), "<": ("<",), "<=": ("<=", "<")}  # what is claimed: what shows it


class Rejected(ValueError):
    """A derivation with a wrong step: its name, the reason, and the point with both sides if balls
    found it."""

    def __init__(
        self, step: str, reason: str, point: Mapping[str, str] | None = None, values: str = ""
    ) -> None:
        self.step, self.reason, self.point, self.values = step, reason, point, values
        at = ", ".join(f"{name} = {value}" for name, value in (point or {}).items())
        super().__init__(f"step {step!r}: {reason}" + (f" at {at}: {values}" if at else ""))


@dataclass(frozen=True, slots=True)
class Step:
    """One line. ``begins``: a new strand, which need not start where the step before ended."""

    name: str
    claim: Claim
    reason: str
    rule: Rule
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A step that passed: by which rule, and at how many random points."""

    step: str
    rule: str
    points: int


@dataclass(frozen=True, slots=True)
class Derivation:
    """``stated`` names steps and what a Statement says in their place. They are the results; every
    other step must lead to one of them, or to one of ``results``."""

    slug: str
    title: str
    domain: Domain
    steps: tuple[Step, ...]
    stated: tuple[tuple[str, Relation], ...] = ()
    results: tuple[str, ...] = ()

    def check(self, rng: np.random.Generator, points: int = POINTS) -> tuple[Checked, ...]:
        """Every step, in order. Rejected at the first that is wrong."""
        self._require_connected()
        with precision():
            for _ in range(points):
                point = self.domain.draw(rng)
                for step in self.steps:
                    _require_balls(step, self.domain, point, share(rng))
        claims: dict[str, Claim] = {}
        for step in self.steps:
            try:
                step.rule.justify(step.claim, Context(self.domain, dict(claims)))
            except Refused as refusal:
                raise Rejected(step.name, str(refusal)) from refusal
            claims[step.name] = step.claim
        self._require_stated(claims)
        return tuple(Checked(s.name, type(s.rule).__name__, points) for s in self.steps)

    def step(self, name: str) -> Step:
        """KeyError for a name that no step has."""
        return {s.name: s for s in self.steps}[name]

    def _require_connected(self) -> None:
        seen: dict[str, Step] = {}
        uses: dict[str, set[str]] = {}
        before: Step | None = None
        for step in self.steps:
            if step.name in seen:
                raise Rejected(step.name, "two steps have this name")
            uses[step.name] = set(step.rule.cites)
            if missing := uses[step.name] - set(seen):
                raise Rejected(step.name, f"it cites {sorted(missing)}, which did not come before")
            if not step.begins and not step.rule.restarts:
                if before is None or ends(before) != starts(step):
                    raise Rejected(step.name, "it does not begin where the step before ended")
                uses[step.name].add(before.name)
            seen[step.name], before = step, step
        waiting = [*self.results, *(name for name, _ in self.stated)]
        needed: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                raise Rejected(name, "a result that is no step")
            waiting += uses[name] - needed
            needed |= {name}
        for name in seen:
            if name not in needed:
                raise Rejected(name, "nothing uses it, and it is no result")

    def _require_stated(self, claims: Mapping[str, Claim]) -> None:
        for name, stated in self.stated:
            claim = claims[name]
            shown = claim.solved if isinstance(claim, Equivalence) else claim
            if shown.sign not in AGREES[stated.sign] or not self._same(shown, stated):
                raise Rejected(name, "the statement says something else")

    def _same(self, shown: Relation, stated: Relation) -> bool:
        """Inequalities: the same difference of sides. Equalities: the same sides, for the
        difference of two equal sides is 0 whatever they are."""
        if shown.sign == "=":
            return is_zero(shown.left - stated.left) and is_zero(shown.right - stated.right)
        return is_zero(self.domain.unfold(shown.surplus - stated.surplus))

    def __str__(self) -> str:
        return plain(self)

    def latex(self) -> str:
        """A LaTeX fragment (amsmath): a sentence and a display for each step."""
        return fragment(self)

    def _repr_latex_(self) -> str:
        return notebook(self)


def starts(step: Step) -> sp.Expr:
    if isinstance(step.claim, Equivalence):
        return step.claim.condition.right
    left = step.claim.left
    return left.args[0] if isinstance(step.rule, Limits) else left


def ends(step: Step) -> sp.Expr:
    return step.claim.right if isinstance(step.claim, Relation) else step.claim.solved.right


# -- balls -----------------------------------------------------------------------------------------


def _require_balls(step: Step, domain: Domain, point: Mapping[sp.Symbol, Any], u: Any) -> None:
    if isinstance(step.claim, Equivalence):
        condition, solved = map(domain.unfold_relation, (step.claim.condition, step.claim.solved))
        _require_on_both_sides(step, Equivalence(condition, solved), point, u)
    elif isinstance(step.claim.left, sp.Limit):
        _require_approach(step, step.claim, point)
    elif isinstance(step.rule, Unknown):
        solution = {step.claim.left: evaluate(step.claim.right, point)}
        for equation in step.rule.equations:
            if equation.surplus.free_symbols - set(point) <= set(solution):
                _require_certain(step, equation, {**point, **solution})
    else:
        _require_certain(step, step.claim, point)


def _require_certain(step: Step, relation: Relation, point: Mapping[sp.Symbol, Any]) -> None:
    if not relation.certain(point):
        left, right = relation.compare(point)
        values = f"left {left.str(12)}, right {right.str(12)}"
        raise Rejected(step.name, "balls do not confirm it", _readable(point), values)


def _require_on_both_sides(
    step: Step, claim: Equivalence, point: Mapping[sp.Symbol, Any], u: Any
) -> None:
    """Below the bound both the condition and its solution hold; above it both certainly fail."""
    solved, below = claim.solved, isinstance(claim.solved.left, sp.Symbol)
    symbol, bound = (solved.left, solved.right) if below else (solved.right, solved.left)
    edge = evaluate(bound, point)
    if solved.sign == "=":
        _require_certain(step, claim.condition, {**point, symbol: edge})
        return
    inside, outside = (edge * u, edge / u) if below else (edge / u, edge * u)
    for relation in (claim.condition, solved):
        _require_certain(step, relation, {**point, symbol: inside})
        opposite = Relation(relation.right, "<", relation.left)
        _require_certain(step, opposite, {**point, symbol: outside})


def _require_approach(step: Step, claim: Relation, point: Mapping[sp.Symbol, Any]) -> None:
    """Closer to the limit point the formula is closer to the limit (or larger, for oo)."""
    formula, symbol, target, side = claim.left.args
    direction = 1 if str(side) == "+" else -1
    found = []
    for power in (9, 18, 27):
        near = sp.Rational(1, 10**power)
        there = 1 / near if target == sp.oo else target + direction * near
        value = evaluate(formula, {**point, symbol: evaluate(there, point)})
        found.append(
            1 / value if claim.right == sp.oo else abs(value - evaluate(claim.right, point))
        )
    if not (found[0] > found[1] > found[2] >= 0 and found[2] < 1e-3):
        values = ", ".join(value.str(6) for value in found)
        raise Rejected(step.name, "balls do not approach the limit", _readable(point), values)


def _readable(point: Mapping[sp.Symbol, Any]) -> dict[str, str]:
    return {str(symbol): value.str(8, radius=False) for symbol, value in point.items()}


# -- as text: for a terminal, a notebook and a document; the same on every run ---------------------

PLAIN = {"=": "=", "<=": "≤", "<": "<"}
LATEX = {"=": "=", "<=": r"\le", "<": "<"}
LETTERS = {
    "gap": r"\Delta\mu",
    "J_next": "J'",
    "m_plus": r"\mathbb{E}_{+}[s]",
    "m_minus": r"\mathbb{E}_{-}[s]",
    "T_inf": r"T_{\infty}",
    "T_psi": r"T_{\psi_1}",
    "length_plus": r"\mathbb{E}_{+}[|o|]",
    "change": r"\Delta f",
    "least_gap": r"\Delta\mu_{\min}",
    "F": "(1-J)",
    "eps": r"\varepsilon",
    "F_next": "(1-J')",
    "M'": "M'",
    "f'": "f'",
    "tokens": "|o|",
    "delta": r"\|g^{+}-g^{-}\|",
    "grpo": r"g_{\mathrm{GRPO}}",
    "dr_grpo": r"g_{\mathrm{Dr.GRPO}}",
    "eta_grpo": r"\eta_{\mathrm{GRPO}}",
    "eta_dr_grpo": r"\eta_{\mathrm{Dr.GRPO}}",
    "bound": r"\eta_{(21)}",
    "early": r"\eta_{(18a),1}",
    "late": r"\eta_{(18a),2}",
    "align": r"\Delta\mu_q",
    "objective": "F(\\theta)",
    "objective_next": "F(\\theta')",
    "slope": "w\\cdot\\nabla F",
    "log_J_q": r"\log J_q",
    "log_J_q'": r"\log J_q'",
    "mean_log_J": r"\overline{\log J_q}",
    "mean_log_J'": r"\overline{\log J_q'}",
    "mean_s": r"\overline{s_q}",
    "moment": r"\mathbb{E}[e^{ux}]",
    "norm2": r"\|g^{+}\|^2",
}
OPERATORS = {
    "E": r"\mathbb{E}",
    "Var": r"\operatorname{Var}",
    "Cov": r"\operatorname{Cov}",
    "kappa": r"\kappa",
}
MOMENT = re.compile(r"(E|Var|Cov|kappa)([+-])(.*)")
POWER = re.compile(r"\*\*(\d+)")
POWERS = re.compile(r"\^(\d+)")
WIDE, TERMS = 60, 6
SPECIAL = str.maketrans({c: "\\" + c for c in "_%&#$"} | {"^": r"\^{}"})


def plain(derivation: Derivation) -> str:
    """Numbered steps, one formula a line."""
    lines = [f"{derivation.slug}: {derivation.title}", ""]
    lines += [f"  {line}" for line in _domain(derivation.domain)]
    for number, step in enumerate(derivation.steps, 1):
        lines += ["", f"{number}. {step.name}. {step.reason}"]
        lines += [f"     {line}" for line in _lines(step.claim)]
    return "\n".join(lines)


def _domain(domain: Domain) -> list[str]:
    """One line a symbol; neighbours with the same range and meaning share a line."""

    def key(entry: Entry) -> tuple[object, ...]:
        if isinstance(entry, Let | Whole):
            return (entry.symbol,)
        return ("range", entry.low, entry.high, entry.meaning)

    lines = []
    for _, group in groupby(domain.entries, key):
        entries = list(group)
        names = ", ".join(written(entry.symbol) for entry in entries)
        meaning = f"   ({entries[0].meaning})" if entries[0].meaning else ""
        lines.append(_entry(entries[0], names) + meaning)
    return lines


def _entry(entry: Entry, names: str) -> str:
    if isinstance(entry, Let):
        return f"{names} = {written(entry.value)}"
    if isinstance(entry, Whole):
        return f"{names} = 0, 1, 2, ..."
    low = "" if entry.low == -sp.oo else f"{written(entry.low)} < "
    high = "" if entry.high == sp.oo else f" < {written(entry.high)}"
    return f"{low}{names}{high}" + ("" if low or high else ": any real number")


def _lines(claim: Claim) -> list[str]:
    if isinstance(claim, Equivalence):
        return [_line(claim.condition), f"if and only if {_line(claim.solved)}"]
    text = _line(claim)
    if len(text) <= 92:
        return [text]
    return [written(claim.left), f"{PLAIN[claim.sign]} {written(claim.right)}"]


def _line(relation: Relation) -> str:
    return f"{written(relation.left)} {PLAIN[relation.sign]} {written(relation.right)}"


def written(formula: sp.Expr) -> str:
    """One line, in the letters of ``theory.pretty``."""
    names = {s: sp.Symbol(letter(s.name)) for s in formula.atoms(sp.Symbol)}
    text = POWER.sub(
        lambda found: found[1].translate(SUPERSCRIPTS), _Writer().doprint(formula.xreplace(names))
    )
    return text.replace("**", "^").replace("*", "·")


class _Writer(StrPrinter):
    def _print_Derivative(self, formula: sp.Derivative) -> str:
        x, order = formula.variable_count[0]
        power = "" if order == 1 else f"**{order}"
        return f"d{power}/d{self._print(x)}{power} ({self._print(formula.expr)})"

    def _print_Subs(self, formula: sp.Subs) -> str:
        places = zip(formula.variables, formula.point, strict=True)
        where = ", ".join(f"{self._print(x)} = {self._print(a)}" for x, a in places)
        return f"({self._print(formula.expr)} at {where})"

    def _print_Limit(self, formula: sp.Limit) -> str:
        inside, x, target, _ = formula.args
        place = f"{self._print(x)} -> {self._print(target)}"
        return f"limit for {place} of {self._print(inside)}"


def tex(formula: sp.Expr) -> str:
    names = {s: tex_name(s.name) for s in formula.atoms(sp.Symbol)}
    return str(sp.latex(formula, symbol_names=names))


def tex_name(name: str) -> str:
    """A letter of the paper; "E+[s^2 H]" and its like; otherwise what SymPy makes of the name."""
    if name in LETTERS:
        return LETTERS[name]
    if found := MOMENT.fullmatch(name):
        what, side, inside = found.groups()
        inside = POWERS.sub(r"^{\1}", inside)
        return f"{OPERATORS[what]}_{{{side}}}{inside}"
    return str(sp.latex(sp.Symbol(name)))


def _rows(claim: Claim) -> str:
    """On one line where it fits, otherwise left side, relation and right side below each other."""
    if isinstance(claim, Equivalence):
        return f"{_row(claim.condition)} \\\\\n\\iff\\quad {_row(claim.solved)}"
    if len(_line(claim)) <= WIDE:
        return _row(claim)
    left, right = _broken(claim.left), _broken(claim.right)
    return f"& {left} \\\\\n& \\quad {LATEX[claim.sign]} {right}"


def _broken(formula: sp.Expr) -> str:
    """A sum of many terms goes over several lines."""
    terms = formula.as_ordered_terms() if len(written(formula)) > 2 * WIDE else [formula]
    lines = [tex(sp.Add(*terms[n : n + TERMS])) for n in range(0, len(terms), TERMS)]
    signed = [line if line.startswith("-") else f"+ {line}" for line in lines[1:]]
    return " \\\\\n& \\qquad ".join([lines[0], *signed])


def _row(relation: Relation) -> str:
    return f"{tex(relation.left)} &{LATEX[relation.sign]} {tex(relation.right)}"


def fragment(derivation: Derivation) -> str:
    """The symbols, then for each step a sentence and an ``align*``; needs amsmath and amssymb."""
    short = [e for e in derivation.domain.entries if len(_entry(e, written(e.symbol))) <= WIDE]
    long = [e for e in derivation.domain.entries if isinstance(e, Let) and e not in short]
    symbols = ";\n".join(_symbols(e) for e in derivation.domain.entries if e not in long)
    parts = [f"\\noindent Symbols: {symbols}.\\par\\medskip\n"]
    if long:
        rows = " \\\\\n".join(f"{tex(e.symbol)} &= {_broken(e.value)}" for e in long)
        parts.append(f"\\begin{{align*}}\n{rows}\n\\end{{align*}}\n")
    for step in derivation.steps:
        title = f"\\noindent\\emph{{{_escaped(step.name)}.}} {_escaped(step.reason)}"
        parts.append(f"{title}\n\\begin{{align*}}\n{_rows(step.claim)}\n\\end{{align*}}\n")
    return "\n".join(parts)


def _symbols(entry: Entry) -> str:
    name, meaning = tex(entry.symbol), f" ({_escaped(entry.meaning)})" if entry.meaning else ""
    if isinstance(entry, Let):
        return f"${name} = {tex(entry.value)}${meaning}"
    if isinstance(entry, Whole):
        return f"${name} \\in \\{{0, 1, 2, \\dots\\}}${meaning}"
    low = "" if entry.low == -sp.oo else f"{tex(entry.low)} < "
    high = "" if entry.high == sp.oo else f" < {tex(entry.high)}"
    free = "" if low or high else r" \in \mathbb{R}"
    return f"${low}{name}{high}{free}${meaning}"


def notebook(derivation: Derivation) -> str:
    """One ``align*`` with the names of the steps, as MathJax shows it."""
    rows = []
    for step in derivation.steps:
        rows.append(f"&\\textbf{{{step.name.replace('_', ' ')}}}")
        rows.append(_rows(step.claim))
    return "$$\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}$$"


def _escaped(text: str) -> str:
    return text.translate(SPECIAL)
