r"""Titles, remarks and meanings as TeX: prose that speaks of eta_k, G^2, E+[s] and of other claims.

Slugs of claims become links, simple ASCII mathematics becomes mathematics, and the rest is escaped.
A character that is in no table is an error that names it: nothing is dropped on the way to print.
"""

import re

from theory.statements import SLUGS

GREEK = {
    "alpha": r"\alpha",
    "delta": r"\delta",
    "Delta": r"\Delta",
    "eps": r"\varepsilon",
    "eta": r"\eta",
    "mu": r"\mu",
    "pi": r"\pi",
    "psi": r"\psi",
    "psi1": r"\psi_{1}",
    "sigma": r"\sigma",
    "theta": r"\theta",
}
INDICES = {"inf": r"\infty", "psi1": r"\psi_{1}", **GREEK}
SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\ensuremath{\sim}",
    "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}",
    "|": r"\ensuremath{|}",
    '"': "''",
}
SYMBOLS = {
    **{digit: rf"\ensuremath{{^{i}}}" for i, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{digit: rf"\ensuremath{{_{i}}}" for i, digit in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    **{
        sign: rf"\ensuremath{{{tex}}}"
        for sign, tex in {
            "⁺": "^{+}",
            "⁻": "^{-}",
            "₊": "_{+}",
            "·": r"\cdot ",
            "×": r"\times ",
            "±": r"\pm ",
            "−": "-",
            "≤": r"\le ",
            "≥": r"\ge ",
            "≠": r"\ne ",
            "≍": r"\asymp ",
            "≈": r"\approx ",
            "→": r"\to ",
            "⇒": r"\Rightarrow ",
            "√": r"\surd ",
            "∞": r"\infty ",
            "Σ": r"\Sigma ",
            "Δ": r"\Delta ",
            "α": r"\alpha ",
            "δ": r"\delta ",
            "ε": r"\varepsilon ",
            "η": r"\eta ",
            "θ": r"\theta ",
            "μ": r"\mu ",
            "π": r"\pi ",
            "σ": r"\sigma ",
            "ψ": r"\psi ",
        }.items()
    },
    "é": r"\'e",
    "ö": r"\"o",
    "–": "--",
    "—": "---",
    "’": "'",
    "“": "``",
    "”": "''",
}
LINKED = sorted((slug for slug in SLUGS if "_" in slug), key=len, reverse=True)
TOKEN = re.compile(
    "|".join(
        (
            rf"(?P<slug>\b(?:{'|'.join(LINKED)})\b)",
            r"(?P<range>(?<![A-Za-z])[A-Za-z]+_\{[^{}]*\})",
            r"(?P<indexed>(?<![A-Za-z])[A-Za-z]+_(?:Dr\.GRPO|[A-Za-z0-9]+))",
            r"(?P<sided>\b(?:E|g|Cov)[+-](?=[\[\s(),;|]|$))",
            rf"(?P<greek>\b(?:{'|'.join(GREEK)})\b)",
            r"(?P<power>\^\([^()]*\)|\^-?[A-Za-z0-9]+)",
            r"(?P<below>_[+<]\w?)",
            r"(?P<option>--(?=[a-z]))",
            r"(?P<minus>(?<=\s)-(?=\s))",
            r"(?P<relation><=|>=|!=)",
            r"(?P<one>.)",
        )
    ),
    re.DOTALL,
)


class UnknownCharacter(ValueError):
    """A character that the tables have no TeX for; the message names it."""


def prose(text: str) -> str:
    """A line of text as TeX. Raises UnknownCharacter."""
    return "".join(_token(str(found.lastgroup), found[0]) for found in TOKEN.finditer(text))


def _token(kind: str, text: str) -> str:
    match kind:
        case "slug":
            return link(text)
        case "indexed":
            base, _, index = text.partition("_")
            return rf"\ensuremath{{{_symbol(base)}_{{{_index(index)}}}}}"
        case "range":
            base, _, index = text.partition("_")
            return rf"\ensuremath{{{_symbol(base)}_{{{_mathematics(index[1:-1])}}}}}"
        case "sided":
            base = r"\mathbb{E}" if text[:-1] == "E" else rf"\mathrm{{{text[:-1]}}}"
            return rf"\ensuremath{{{'g' if text[:-1] == 'g' else base}^{{{text[-1]}}}}}"
        case "greek":
            return rf"\ensuremath{{{GREEK[text]}}}"
        case "power":
            inside = text[1:].removeprefix("(").removesuffix(")")
            return rf"\ensuremath{{^{{{_mathematics(inside)}}}}}"
        case "below":
            return rf"\ensuremath{{_{{{text[1:]}}}}}"
        case "option":
            return "-{}-"
        case "minus":
            return r"\ensuremath{-}"
        case "relation":
            return {"<=": r"\ensuremath{\le}", ">=": r"\ensuremath{\ge}"}.get(
                text, r"\ensuremath{\ne}"
            )
    return character(text)


def _symbol(name: str) -> str:
    if name == "sum":
        return r"\textstyle\sum"
    return GREEK.get(name, name if len(name) == 1 else rf"\mathrm{{{name}}}")


def _index(name: str) -> str:
    plain = len(name) == 1 or name.isdigit()
    return INDICES.get(name, name if plain else rf"\mathrm{{{name}}}")


def _mathematics(text: str) -> str:
    """The inside of an exponent: what ``prose`` makes of it, already in math mode."""
    return re.sub(r"\\ensuremath(?=\{)", "", prose(text))


def character(sign: str) -> str:
    """One character of running text."""
    if sign in SPECIAL:
        return SPECIAL[sign]
    if sign in SYMBOLS:
        return SYMBOLS[sign]
    if sign.isascii() and (sign.isprintable() or sign == "\n"):
        return sign
    raise UnknownCharacter(f"no TeX for the character {sign!r} (U+{ord(sign):04X})")


def label(slug: str) -> str:
    return slug.replace("_", "-")


def name(text: str) -> str:
    """A slug or the name of a hypothesis or fact, in typewriter, breakable at underscores."""
    breakable = "".join(r"\_\allowbreak{}" if sign == "_" else character(sign) for sign in text)
    return rf"\texttt{{{breakable}}}"


def link(slug: str) -> str:
    return rf"\ggref{{{label(slug)}}}{{{name(slug)}}}"
