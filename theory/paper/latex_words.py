r"""Titles, remarks and meanings as TeX: prose that speaks of eta_k, G^2, E+[s] and of other claims.

Slugs of claims become links, what reads as mathematics (2(1-J) gap/L, log(J/(1-J)), 0 < t) becomes
mathematics, and the rest is escaped. A character that is in no table is an error that names
it: nothing is dropped on the way to print.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from theory.statements import SLUGS

GREEK = {
    **{name: rf"\{name}" for name in ("alpha", "delta", "Delta", "eta", "kappa", "mu", "pi")},
    **{name: rf"\{name}" for name in ("psi", "rho", "sigma", "theta")},
    "eps": r"\varepsilon",
    "psi1": r"\psi_{1}",
}
WORDS = {"gap": r"\Delta\mu", "len": r"\lvert o\rvert", "peak": r"\mathrm{peak}"}
INDICES = {"inf": r"\infty", **GREEK}
FUNCTIONS = ("cos", "cosh", "exp", "log", "max", "min", "sin")
RELATIONS = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne", "~": r"\asymp", "<": "<", ">": ">", "=": "="}
OPERATOR = re.compile(r"(?P<a>\s?)(?P<sign><=|>=|!=|[<>=~+*/.|-])(?P<b>\s?)")
SIGNS = {
    ".": r"\cdot ",
    "*": " ",
    "/": "/",
    "|": r" \mid ",
    **{k: f" {v} " for k, v in RELATIONS.items()},
}
OPENING = re.compile(r"(<=|>=|!=|<|>|=|-(?=[\w(])) ?")
NUMBER = re.compile(r"\d+(?:\.\d+)?(?![ab]\b|\.?\d|\([a-z]\))")
NAME = re.compile(r"(?:psi1|[Cp][01]|[A-Za-z]+)(?![A-Za-z0-9])")
SIDE = re.compile(r"[+-](?=[\[\s(),;|.:}]|$)")
INDEX = re.compile(r"_(?:\{(?P<range>[^{}]*)\}|(?P<name>Dr\.GRPO|[A-Za-z0-9]+)|(?P<sign>\+|<\w))")
POWER = re.compile(r"\^(?:\((?P<group>[^()]*)\)|(?P<plain>-?(?:\d+\.\d+|[A-Za-z0-9]+)))")
FENCES = {
    "(": (")", "(", ")"),
    "[": ("]", "[", "]"),
    "|": ("|", r"\lvert ", r"\rvert "),
    "{": ("}", r"\{", r"\}"),
}
VERBATIM = re.compile(r"[A-Za-z]+|--(?=[a-z])")
VERBATIM_TEX = {"--": "-{}-"}
PLAIN = re.compile(r"\((?:\d+[a-z]?|[a-z])\)")  # the number of an equation, the part of a theorem

SPECIAL = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    '"': "''",
    **{sign: rf"\{sign}" for sign in "{}$&#%_"},
    **{
        sign: rf"\ensuremath{{{tex}}}"
        for sign, tex in {"~": r"\sim", **{s: s for s in "<>|"}}.items()
    },
}
SYMBOLS = {
    **{sign: rf"\ensuremath{{^{i}}}" for i, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{sign: rf"\ensuremath{{_{i}}}" for i, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    **{
        sign: rf"\ensuremath{{{tex}}}"
        for sign, tex in {
            "⁺": "^{+}",
            "⁻": "^{-}",
            "₊": "_{+}",
            "·": r"\cdot ",
            "×": r"\times ",
            "−": "-",
            "±": r"\pm ",
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
SLUG = re.compile(rf"\b(?:{'|'.join(LINKED)})\b(?![-_])")


class UnknownCharacter(ValueError):
    """A character that the tables have no TeX for; the message names it."""


def prose(text: str, refer: Callable[[str], str] | None = None) -> str:
    """A line of text as TeX; ``refer`` writes the slugs of claims, if not as links. Raises
    UnknownCharacter."""
    return "".join(spoken(text, lambda tex: f"${tex}$", refer or link, _plain))


def _plain(text: str) -> str:
    return VERBATIM_TEX[text] if text in VERBATIM_TEX else "".join(map(character, text))


def spoken(
    text: str,
    formula_as: Callable[[str], str],
    claim_as: Callable[[str], str],
    plain_as: Callable[[str], str],
) -> Iterator[str]:
    """The parts of a line of text: formulas as TeX, slugs of claims, and the rest, piece by
    piece."""
    at = 0
    while at < len(text):
        begins = at == 0 or not re.match(r"[\w'’.-]", text[at - 1])
        slug = SLUG.match(text, at) if begins else None
        if slug and text[slug.end() : slug.end() + 3] != " = ":
            yield claim_as(slug[0])
            at = slug.end()
        elif begins and (formula := expression(text, at)) is not None and formula.signs:
            yield formula_as(formula.tex)
            at = formula.end
        else:
            plain = PLAIN.match(text, at) or VERBATIM.match(text, at)
            end = plain.end() if plain else at + 1
            yield plain_as(text[at:end])
            at = end


# -- mathematics -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Formula:
    """TeX, where the text goes on, and how many signs of mathematics it has: none in 2 or gap."""

    tex: str
    end: int
    signs: int
    word: bool = False

    def then(self, between: str, other: "Formula", signs: int = 0) -> "Formula":
        return Formula(self.tex + between + other.tex, other.end, self.signs + other.signs + signs)


def expression(text: str, at: int, inside: bool = False) -> Formula | None:
    """The longest piece of mathematics that begins here."""
    opening = OPENING.match(text, at)
    whole = _atom(text, opening.end() if opening else at, inside or opening is not None)
    if whole is None:
        return None
    if opening:
        sign = "-" if opening[1] == "-" else f"{RELATIONS[opening[1]]} "
        whole = Formula(sign + whole.tex, whole.end, whole.signs + (opening[1] != "-"))
    while (longer := _continued(text, whole, inside)) is not None:
        whole = longer
    return whole


def _continued(text: str, whole: Formula, inside: bool) -> Formula | None:
    sign = OPERATOR.match(text, whole.end)
    if sign is not None and not (sign["sign"] == "|" and sign["a"] > sign["b"]):
        spaced = {".": False, "|": True}.get(sign["sign"], bool(sign["a"]))
        if bool(sign["a"]) != spaced or bool(sign["b"]) != spaced:
            return None
        right = _atom(text, sign.end(), True)
        tex = SIGNS.get(sign["sign"], f" {sign['sign']} ")
        return right and whole.then(tex, right, 1)
    if inside and text.startswith(", ", whole.end):
        right = expression(text, whole.end + 2, inside)
        return right and whole.then(", ", right, 1)
    space = text.startswith(" ", whole.end)
    if space and whole.signs == 0 and text[whole.end + 1 : whole.end + 2] == "(":
        return None
    right = _atom(text, whole.end + space, inside)
    if right is None or (whole.word and not right.tex.startswith("\\")):
        return None
    return whole.then(r"\," if space else " ", right, int(right.word))


def _atom(text: str, at: int, inside: bool) -> Formula | None:
    if number := NUMBER.match(text, at):
        return _scripted(text, Formula(number[0], number.end(), 0), inside)
    if text[at : at + 1] in tuple(FENCES):
        group = _group(text, at)
        return group and _scripted(text, group, inside)
    name = NAME.match(text, at)
    if name is None:
        return None
    word, end = name[0], name.end()
    if word in FUNCTIONS or word in ("sqrt", "grad"):
        space = text.startswith(" ", end)
        argument = _atom(text, end + space, inside)
        if argument is None:
            return Formula(r"\nabla", end, 1) if word == "grad" and text[at - 1] == "." else None
        if word == "sqrt":
            bare = re.sub(r"^\((.*)\)$", r"\1", argument.tex)
            return Formula(rf"\sqrt{{{bare}}}", argument.end, argument.signs + 1)
        tex = r"\nabla" if word == "grad" else rf"\{word}"
        return Formula(f"{tex} {argument.tex}", argument.end, argument.signs + 1)
    if word == "sum" and text.startswith("_", end):
        return _scripted(text, Formula(r"\textstyle\sum", end, 1), inside)
    if word in ("Var", "Cov", "E"):
        tex = r"\mathbb{E}" if word == "E" else rf"\mathrm{{{word}}}"
        side = SIDE.match(text, end)
        if side is None and text[end : end + 1] not in ("_", "["):
            return None
        return _scripted(text, _sided(tex, side, end), inside)
    if word in GREEK or word[1:].isdigit():
        tex = GREEK.get(word, f"{word[0]}_{word[1:]}")
        return _scripted(
            text, _sided(tex, SIDE.match(text, end) if word == "pi" else None, end), inside
        )
    if word in WORDS:
        called = text.startswith("(", end)
        found = Formula(WORDS[word], end, int(called), word=not called)
        return _scripted(text, found, inside) if called else found
    if len(word) > 1 or word == "I" or not (inside or word not in "aA" or _goes_on(text, end)):
        return None
    side = SIDE.match(text, end) if word == "g" else None
    return _scripted(text, _sided(word, side, end), inside)


def _goes_on(text: str, end: int) -> bool:
    return re.compile(r"[.^_(\[/]\w| ?[<>=+]").match(text, end) is not None


def _sided(tex: str, side: re.Match[str] | None, end: int) -> Formula:
    if side is None:
        return Formula(tex, end, 1)
    return Formula(rf"{tex}^{{{side[0]}}}", side.end(), 1)


def _scripted(text: str, base: Formula, inside: bool) -> Formula:
    """With its primes, indices and powers, and what it is applied to."""
    tex, end, signs = base.tex, base.end, base.signs
    if signs and (primes := re.compile(r"'+(?![a-z])").match(text, end)):
        tex, end, signs = tex + primes[0], primes.end(), signs + 1
    while script := INDEX.match(text, end) or POWER.match(text, end):
        kind, inner = next((k, v) for k, v in script.groupdict().items() if v is not None)
        shown = _index(inner) if kind == "name" else _mathematics(inner)
        tex, end, signs = f"{tex}{text[end]}{{{shown}}}", script.end(), signs + 1
    if signs and text[end : end + 1] in ("(", "[") and not PLAIN.match(text, end):
        group = _group(text, end) or _word_in_brackets(text, end)
        if group is not None:
            tex, end, signs = tex + group.tex, group.end, signs + 1
            return _scripted(text, Formula(tex, end, signs), inside)
    elif signs and text.startswith("(", end) and re.compile(r"\(\w\)").match(text, end):
        tex, end = f"{tex}{text[end : end + 3]}", end + 3
    return Formula(tex, end, signs)


def _group(text: str, at: int) -> Formula | None:
    """A group between brackets or strokes that is all mathematics."""
    if PLAIN.match(text, at):
        return None
    closing, left, right = FENCES[text[at]]
    inner = expression(text, at + 1 + text.startswith(" ", at + 1), inside=True)
    end = re.compile(rf" ?{re.escape(closing)}").match(text, inner.end) if inner else None
    if inner is None or end is None:
        return None
    return Formula(left + inner.tex + right, end.end(), inner.signs + (closing != ")"))


def _word_in_brackets(text: str, at: int) -> Formula | None:
    word = re.compile(r"\(([a-z]+(?: [a-z]+)*)\)").match(text, at)
    return word and Formula(rf"(\text{{{word[1]}}})", word.end(), 0)


def _index(name: str) -> str:
    plain = len(name) == 1 or name.isdigit()
    return INDICES.get(name, name if plain else rf"\mathrm{{{name}}}")


def _mathematics(text: str) -> str:
    """The inside of an exponent or index; as it is where it is no expression: +, <k."""
    found = expression(text, 0, inside=True)
    return found.tex if found is not None and found.end == len(text) else text


# -- letters and names -----------------------------------------------------------------------------


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
