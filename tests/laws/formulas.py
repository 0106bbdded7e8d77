"""Inequalities whose truth is known because of how they were made.

Each begins as a lemma, or a sum of two, with a known point of equality; expressions stand in for
the parameters, both sides are changed alike, and then the question is

    tight    as it is: true, and an equality at the point;
    strict   with room: true, and no equality anywhere;
    false    with a hypothesis less, or a little too much on one side: false at the point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any, Literal

import mpmath
import numpy as np

from tests.laws.known_inequalities import (
    DEFINED,
    IDENTITIES,
    LEMMAS,
    POSITIVE,
    STAND_IN,
    Lemma,
)
from tests.laws.oracle import Point, value
from theory.inequality.expression import Comparison, Expr, Question, variables, write
from theory.inequality.parser import parse_expression

Kind = Literal["strict", "tight", "false"]
NAMES = ("x", "y", "z", "J", "eta", "x_1")


@dataclass(frozen=True)
class Domain:
    """low <= v <= high, or low < v if `open`; None is no bound. Lemmas are tight at `point`."""

    name: str
    low: Fraction | None
    high: Fraction | None
    point: Fraction
    open: bool = False

    @property
    def positive(self) -> bool:
        return self.low is not None and (self.low > 0 or (self.low == 0 and self.open))

    @property
    def assumptions(self) -> tuple[Comparison, ...]:
        v, found = Expr("var", (), self.name), []
        if self.low is not None:
            found.append(Comparison(constant(self.low), "<" if self.open else "<=", v))
        if self.high is not None:
            found.append(Comparison(v, "<=", constant(self.high)))
        return tuple(found)


@dataclass(frozen=True)
class Case:
    """A question and the truth of it. At `point` a tight claim is an equality, and a false one does
    not hold, or is not defined; there the assumptions hold. They are the bounds of `domains`."""

    question: Question
    truth: bool
    kind: Kind
    why: str
    point: Point
    domains: tuple[Domain, ...]


@dataclass(frozen=True)
class _Fact:
    """small <= large in the domains, with equality at their points."""

    small: Expr
    large: Expr
    domains: tuple[Domain, ...]
    why: str

    def both(self, template: str, why: str, **given: Expr) -> _Fact:
        """The same done to both sides, which stand for `side` in the template."""
        return replace(
            self,
            small=fill(template, side=self.small, **given),
            large=fill(template, side=self.large, **given),
            why=f"{self.why}; {why}",
        )


def constructed(rng: np.random.Generator, count: int) -> list[Case]:
    """`count` different cases: half of them false, half of the true ones tight."""
    kinds: tuple[Kind, ...] = ("tight", "false", "strict", "false")
    cases: dict[str, Case] = {}
    while len(cases) < count:
        case = construct(rng, kinds[len(cases) % len(kinds)])
        cases.setdefault(write(case.question), case)
    return list(cases.values())


def construct(rng: np.random.Generator, kind: Kind) -> Case:
    """One case of this kind."""
    if rng.random() < 0.06:
        return _identity(rng, kind)
    if kind == "false":
        return _false(rng)
    fact = _fact(rng, _domains(rng))
    return _tight(rng, fact) if kind == "tight" else _strict(rng, fact)


# -- facts -----------------------------------------------------------------------------------------


def _fact(rng: np.random.Generator, domains: tuple[Domain, ...]) -> _Fact:
    fact = _instance(rng, pick(rng, LEMMAS), domains)
    if rng.random() < 0.2:
        other = _instance(rng, pick(rng, LEMMAS), domains)
        fact = replace(
            fact,
            small=fill("a + b", a=fact.small, b=other.small),
            large=fill("a + b", a=fact.large, b=other.large),
            why=f"{fact.why}; plus: {other.why}",
        )
    return _changed(rng, fact)


def _instance(rng: np.random.Generator, lemma: Lemma, domains: tuple[Domain, ...]) -> _Fact:
    """The lemma, with expressions in the variables in place of its parameters."""
    given = {}
    for name, equal in zip(lemma.parameters, lemma.equal, strict=True):
        given[name] = _stand_in(rng, lemma.range, equal, pick(rng, domains))
    return _Fact(fill(lemma.small, **given), fill(lemma.large, **given), domains, lemma.name)


def _stand_in(rng: np.random.Generator, of: str, equal: Fraction, domain: Domain) -> Expr:
    """An expression of that range, with that value at the point of the domain."""
    above = domain.low is not None and domain.low >= domain.point
    sort = of if of == "real" else "zero" if equal == 0 else "positive"
    templates = STAND_IN[sort]
    if sort == "zero" and above:
        templates = STAND_IN["zero, v >= c"]
    elif sort != "zero" and domain.positive:
        templates = (*templates, *STAND_IN[f"{sort}, v > 0"])
    return fill(
        pick(rng, templates),
        v=Expr("var", (), domain.name),
        c=constant(domain.point),
        p=constant(equal),
        a=constant(Fraction(*pick(rng, [(1, 1), (1, 1), (2, 1), (1, 2), (3, 1), (1, 5)]))),
    )


def _changed(rng: np.random.Generator, fact: _Fact) -> _Fact:
    """None, one or two changes of both sides that keep the order strictly."""
    for _ in range(rng.integers(0, 3)):
        v = Expr("var", (), pick(rng, fact.domains).name)
        change = rng.integers(0, 5)
        if change == 0:
            factor = fill(pick(rng, POSITIVE), v=v)
            fact = fact.both("side*k", f"times {write(factor)}", k=factor)
        elif change == 1:
            term = fill(pick(rng, DEFINED), v=v)
            fact = fact.both("side + k", f"plus {write(term)}", k=term)
        elif change == 2 and not {"exp", "pow"} & (operations(fact.small) | operations(fact.large)):
            fact = fact.both("exp(side)", "exp of both sides")
        elif change == 3:
            fact = fact.both("side**3", "cubed")
        elif change == 4:
            small, large = fill("-a", a=fact.large), fill("-a", a=fact.small)
            fact = replace(fact, small=small, large=large, why=f"{fact.why}; negated")
    return fact


# -- the three kinds -------------------------------------------------------------------------------


def _case(
    rng: np.random.Generator,
    fact: _Fact,
    kind: Kind,
    sign: Any,
    how: str,
    point: Point | None = None,
) -> Case:
    """small sign large; now and then as 0 sign large - small."""
    small, large = fact.small, fact.large
    if rng.random() < 0.2:
        small, large = constant(0), fill("a - b", a=large, b=small)
    claim = (Comparison(small, sign, large),)
    used = variables(Question((), claim))
    domains = tuple(domain for domain in fact.domains if domain.name in used)
    question = Question(tuple(a for domain in domains for a in domain.assumptions), claim)
    point = {domain.name: domain.point for domain in domains}
    return Case(question, kind != "false", kind, f"{fact.why}; {how}", point, domains)


def _tight(rng: np.random.Generator, fact: _Fact) -> Case:
    case = _case(rng, fact, "tight", "<=", "as it is")
    if rng.random() > 0.1:
        return case
    middle = fill("(a + b)/2", a=fact.small, b=fact.large)
    claim = Comparison(fact.small, "<=", middle), Comparison(middle, "<=", fact.large)
    return replace(case, question=replace(case.question, claim=claim))


def _strict(rng: np.random.Generator, fact: _Fact) -> Case:
    room = _small_positive(rng, fact.domains)
    fact = replace(fact, large=fill("a + b", a=fact.large, b=room))
    return _case(rng, fact, "strict", pick(rng, ["<", "<", "<="]), f"with room {write(room)}")


def _false(rng: np.random.Generator) -> Case:
    way = rng.integers(0, 8)
    if way == 0:
        return _undefined(rng)
    if way == 1:
        return _hypothesis_dropped(rng)
    fact = _fact(rng, _domains(rng))
    if way in (2, 3):
        return _case(rng, fact, "false", "<", "called strict, but an equality at a point")
    if way == 4:
        return _factor_shrunk(rng, fact)
    bump = _small_positive(rng, fact.domains)
    if way == 5:
        bump = _narrowed(rng, bump, fact.domains[0])
    fact = replace(fact, small=fill("a + b", a=fact.small, b=bump))
    return _case(rng, fact, "false", pick(rng, ["<", "<="]), f"too high by {write(bump)}")


def _undefined(rng: np.random.Generator) -> Case:
    """t > 0 is weakened to t >= 0, where log(t) and 1/t are not defined."""
    lemmas = [m for m in LEMMAS if "log(t)" in m.small + m.large or "1/t" in m.small + m.large]
    chosen = pick(rng, [m for m in lemmas if len(m.equal) == 1])
    high = pick(rng, [None, Fraction(2), Fraction(10)])
    domain = Domain(pick(rng, NAMES), Fraction(0), high, Fraction(0))
    t = fill("k*v", k=constant(positive_rational(rng)), v=Expr("var", (), domain.name))
    fact = _Fact(fill(chosen.small, t=t), fill(chosen.large, t=t), (domain,), chosen.name)
    return _case(rng, _changed(rng, fact), "false", "<=", "not defined at 0")


def _hypothesis_dropped(rng: np.random.Generator) -> Case:
    """t >= 0 is left out, and there is a negative t at which the inequality fails."""
    chosen = pick(rng, [m for m in LEMMAS if m.outside is not None])
    factor = positive_rational(rng)
    low = pick(rng, [None, Fraction(chosen.outside) / factor, Fraction(-1000)])
    domain = Domain(pick(rng, NAMES), low, None, Fraction(chosen.outside) / factor)
    t = fill("k*v", k=constant(factor), v=Expr("var", (), domain.name))
    fact = _Fact(fill(chosen.small, t=t), fill(chosen.large, t=t), (domain,), chosen.name)
    return _case(rng, _changed(rng, fact), "false", "<=", "false for a negative argument")


def _factor_shrunk(rng: np.random.Generator, fact: _Fact) -> Case:
    """large times 1 - b, or 1 + b where it is negative, is too small at the point of equality.
    Where it is 0 there, 1 + large and 1 + small are taken."""
    point = {domain.name: domain.point for domain in fact.domains}
    at = value(fact.large, point)
    if abs(at) < mpmath.mpf("1e-6"):
        fact, at = fact.both("1 + side", "plus 1"), mpmath.mpf(1)
    bump = Fraction(1, 10 ** int(rng.integers(1, 7)))
    factor = constant(1 - bump if at > 0 else 1 + bump)
    fact = replace(fact, large=fill("k*a", k=factor, a=fact.large))
    return _case(rng, fact, "false", "<=", f"a factor {write(factor)} too much")


def _identity(rng: np.random.Generator, kind: Kind) -> Case:
    """Two sides that agree everywhere: ==, or < with room, or == and a little off."""
    fact = _changed(rng, _instance(rng, pick(rng, IDENTITIES), _domains(rng)))
    if kind == "tight":
        return _case(rng, fact, "tight", "==", "as it is")
    if kind == "strict":
        return _strict(rng, fact)
    if rng.random() < 0.5:
        return _case(rng, fact, "false", "<", "called strict, but an equality everywhere")
    fact = replace(fact, small=fill("a + b", a=fact.small, b=_small_positive(rng, fact.domains)))
    return _case(rng, fact, "false", pick(rng, ["==", "<="]), "a little off")


# -- pieces ----------------------------------------------------------------------------------------


def pick(rng: np.random.Generator, among: Any) -> Any:
    return among[rng.integers(len(among))]


def positive_rational(rng: np.random.Generator) -> Fraction:
    """Small, and mostly a binary fraction."""
    return Fraction(int(rng.integers(1, 9)), pick(rng, [1, 1, 1, 2, 2, 4, 3, 5, 10]))


def _small_positive(rng: np.random.Generator, domains: tuple[Domain, ...]) -> Expr:
    """A constant from 1 down to 1e-6, often times a positive expression."""
    size = constant(Fraction(1, 10 ** int(rng.integers(0, 7))))
    if rng.random() < 0.6:
        return size
    v = Expr("var", (), pick(rng, domains).name)
    return fill("b*k", b=size, k=fill(pick(rng, POSITIVE), v=v))


def _narrowed(rng: np.random.Generator, bump: Expr, domain: Domain) -> Expr:
    """The same at the point, and next to nothing away from it."""
    v, c = Expr("var", (), domain.name), constant(domain.point)
    steep = constant(pick(rng, [100, 10_000, 1_000_000]))
    return fill("b/(1 + k*(v - c)**2)", b=bump, k=steep, v=v, c=c)


def _domains(rng: np.random.Generator) -> tuple[Domain, ...]:
    """One, two or three variables."""
    names = rng.permutation(NAMES)[: rng.integers(1, 4)]
    return tuple(_domain(rng, str(name)) for name in names)


def _domain(rng: np.random.Generator, name: str) -> Domain:
    """All reals, a half line or an interval; the point inside or at an end."""
    c = positive_rational(rng) * pick(rng, [1, 1, -1, 0])
    left, right = positive_rational(rng), positive_rational(rng)
    plus = positive_rational(rng)
    return pick(
        rng,
        [
            Domain(name, None, None, c),
            Domain(name, c, None, c),
            Domain(name, c - left, None, c),
            Domain(name, None, c + right, c),
            Domain(name, c, c + right, c),
            Domain(name, c - left, c, c),
            Domain(name, c - left, c + right, c),
            Domain(name, Fraction(0), None, plus, open=True),
            Domain(name, Fraction(0), plus + right, plus, open=True),
            Domain(name, plus / 2, plus * 2, plus),
            Domain(name, plus, plus * 2, plus),
        ],
    )


def constant(number: Fraction | int) -> Expr:
    return Expr("const", (), Fraction(number))


@cache
def _template(text: str) -> Expr:
    return parse_expression(text)


def fill(template: str, **given: Expr) -> Expr:
    """The expression of the template, with trees in place of its names."""
    return _filled(_template(template), given)


def _filled(expr: Expr, given: Mapping[str, Expr]) -> Expr:
    if expr.op == "var":
        return given[str(expr.value)]
    return _simpler(replace(expr, args=tuple(_filled(e, given) for e in expr.args)))


def _simpler(expr: Expr) -> Expr:
    """Constants are added, multiplied and divided; 0 + e, 1*e and e/1 are e."""
    values = [e.value if isinstance(e.value, Fraction) else None for e in expr.args]
    match expr.op, values:
        case "neg", [Fraction() as a]:
            return constant(-a)
        case "add", [Fraction() as a, Fraction() as b]:
            return constant(a + b)
        case "mul", [Fraction() as a, Fraction() as b]:
            return constant(a * b)
        case "div", [Fraction() as a, Fraction() as b] if b != 0:
            return constant(a / b)
        case ("add", [0, _]) | ("mul", [1, _]):
            return expr.args[1]
        case ("add", [_, 0]) | ("mul", [_, 1]) | ("div", [_, 1]):
            return expr.args[0]
    return expr


def operations(expr: Expr) -> set[str]:
    """The ops in the tree."""
    return {expr.op}.union(*(operations(e) for e in expr.args))
