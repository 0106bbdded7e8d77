r"""The letters of the paper in TeX, one table for variables and one for function symbols.

Variables are in ``theory.vocabulary.LETTERS``, as for a terminal. Another name is
a Greek letter, words in small letters, or one Latin letter with digits; all else is an error, so
that no claim is printed half.
"""

from __future__ import annotations

import re

from theory import vocabulary

# binding strength: and, or, for all < comparison < sum < log x, sum_o x < product < quotient < atom
LOGIC, COMPARE, SUM, OPEN, PRODUCT, QUOTIENT, POWER, ATOM = range(8)

LETTERS = {name: tex for name, (_, tex) in vocabulary.LETTERS.items()}
SPACE = "\\,"
GREEK = ("beta", "gamma", "kappa", "lambda", "mu", "nu", "omega", "phi", "psi", "rho", "tau")
STRENGTHS = {
    **dict.fromkeys(("F", "F_next"), SUM),
    **dict.fromkeys(("logp", "over_responses", "sum_logp", "sum_score"), OPEN),
    **dict.fromkeys(("V_next",), POWER),
    **dict.fromkeys(("J_next", "C1", "norm2", "norm2_a", "norm2_b", "star"), POWER),
    **dict.fromkeys(("objective_next", "rate_next"), POWER),
}
APPLIED: dict[tuple[str, int], str] = {  # a function symbol with its number of arguments
    ("a", 1): "a_{#1}",
    ("b", 1): "b_{#1}",
    ("B", 1): "B(#1)",
    ("bend", 2): "H_{#2}(#1)",
    ("logit", 1): r"\theta(#1)",
    ("logit", 2): r"\theta_{#1}(#2)",
    ("p", 1): "p(#1)",
    ("p", 2): "p_{#1}(#2)",
    ("p_next", 1): "p'(#1)",
    ("second", 1): "f''(#1)",
    ("u", 1): "u(#1)",
    ("advantage", 2): "A_{#2}(#1)",
    ("deviation", 1): r"\sigma(#1)",
    ("down", 2): r"\mathrm{down}_{#1}(#2)",
    ("draw", 2): "{#1}_{#2}",
    ("hit", 3): r"\mathbf{1}[{#1}_{#2}=#3]",
    ("law", 1): r"\mathbb{P}(#1)",
    ("others", 2): r"\mathrm{others}_{#2}(#1)",
    ("rest", 3): r"\mathbf{1}[\mathrm{others}_{#2}(#1)=#3]",
    ("push", 2): r"\hat g_{#2}(#1)",
    ("quiet", 1): r"\mathrm{quiet}(#1)",
    ("right", 2): "r_{#2}(#1)",
    ("silent", 2): r"\mathrm{silent}_{#2}(#1)",
    ("same", 2): r"\mathbf{1}[#1=#2]",
    ("up", 2): r"\mathrm{up}_{#1}(#2)",
    ("before", 2): "{#1}_{<#2}",
    ("begins", 2): r"\mathbf{1}[#1\preceq #2]",
    ("complete", 1): r"\mathrm{complete}(#1)",
    ("count", 1): r"\mathrm{count}(#1)",
    ("eta", 1): r"\eta_{#1}",
    ("extend", 2): "#1#2",
    ("F", 1): "1-J(#1)",
    ("length", 1): r"\lvert #1\rvert",
    ("length_plus", 1): r"\mathbb{E}^{+}_{#1}[\lvert o\rvert]",
    ("r", 2): "r_{#1}(#2)",
    ("share", 1): "a_{#1}",
    ("token", 2): "{#1}_{#2}",
    ("value", 1): "X(#1)",
    ("w", 1): "w_{#1}",
    **{(f"g{j}", 1): f"g_{j}(#1)" for j in (1, 2, 3)},
    **{(f"s{j}", 4): f"s_{j}(#1;#2,#3,#4)" for j in (1, 2, 3)},
    **{(f"a{j}", 5): f"a_{j}(#2\\mid #1;#3,#4,#5)" for j in (1, 2, 3)},
    ("D", 1): "D(#1)",
    **{(name, 1): f"{name}(#1)" for name in "qxy"},
    ("z", 1): "z(#1)",
    ("w", 2): "w_{#1,#2}",
    ("weight", 1): r"\omega(#1)",
    ("whole", 1): r"\bar{#1}",
}
POLICY = {"logp": r"\log\pi", "score": "s", "gradient": r"\partial_{#}\log\pi"}


class UnknownLetter(ValueError):
    """A name that the tables have no TeX for; the message names it."""


def letter(name: str) -> str:
    """TeX for a variable. A word and one Latin letter stand for themselves, digits are an index.
    Raises UnknownLetter."""
    if name in LETTERS:
        return LETTERS[name]
    if name in GREEK:
        return rf"\{name}"
    if re.fullmatch("[a-z]{2,}(_[a-z]+)*", name):
        return rf"\mathrm{{{name.replace('_', SPACE)}}}"
    found = re.fullmatch(r"([A-Za-z]|hidden_)(\d*)", name)
    if found is None:
        raise UnknownLetter(f"no TeX for the letter {name!r}: add it to theory.vocabulary")
    base, index = LETTERS.get(found[1].rstrip("_"), found[1]), found[2]
    return f"{base}_{{{index}}}" if index else base
