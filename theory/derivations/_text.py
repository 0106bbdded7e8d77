"""A derivation for a terminal, for a notebook and for a LaTeX document; the same on every run."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

import sympy as sp
from sympy.printing.str import StrPrinter

from theory.derivations._relation import Claim, Domain, Entry, Equivalence, Let, Relation, Whole
from theory.pretty import SUPERSCRIPTS, letter

if TYPE_CHECKING:
    from theory.derivations._derivation import Derivation

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
