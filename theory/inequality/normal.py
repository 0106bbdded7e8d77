"""An expression as one quotient of polynomials, so that what is equal looks equal.

The polynomials are in atoms: variables, pi, log of a prime, log u, sqrt u, exp u, sin u, cos u.
The exponentials of one variable are powers of one atom, and so are the roots of 2 and of 8. Angles
are taken apart by the addition formulas, down to sin and cos of one angle a variable; at pi/n, for
small n, these are roots of numbers. In place of s^2, for s = sqrt u, stands u; of sin^2, 1 - cos^2.

Rewriting rule as in `algebra`: the same value wherever the old expression is defined. ``positive``
says which expressions are positive on the box at hand: a log of a product is taken apart only then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx, fmpz

from theory.inequality.algebra import (
    MOST_NODES,
    ONE,
    ZERO,
    TooLarge,
    add,
    coefficient,
    const,
    expand,
    exponent,
    function,
    mul,
    power,
    size,
    substitute,
    value,
)
from theory.inequality.expression import Expr

MOST_TERMS = 400
"""Of a polynomial; larger ones are refused with `TooLarge`."""

LONG = 150
"""Polynomials with more terms are not factored."""

MOST_TURNS = 12
"""cos of so many times an angle is still taken apart."""

SMOOTH = 10**12
"""Logs and roots of integers beyond are left alone."""

Positive = Callable[[Expr], bool]
Poly = Any
"""A `flint.fmpq_mpoly`."""


def never(e: Expr) -> bool:
    return False


@dataclass(frozen=True)
class Form:
    """top/bottom, polynomials in the atoms."""

    top: Poly
    bottom: Poly
    atoms: tuple[Expr, ...]

    def written(self, polynomial: Poly) -> Expr:
        return _written(polynomial, self.atoms)


# -- what a rule asks ------------------------------------------------------------------------------


@lru_cache(maxsize=2048)
def form(e: Expr, positive: Positive = never) -> Form:
    """TooLarge: see there."""
    return _Reader(positive).form(e)


def vanishes(e: Expr, positive: Positive = never) -> bool:
    """Whether the expression is 0 wherever it is defined. False says nothing."""
    return number(e, positive) == 0


def number(e: Expr, positive: Positive = never) -> Fraction | None:
    """The number that the expression is wherever it is defined, if the form shows it."""
    known = value(e)
    if known is not None:
        return known
    try:
        found = form(e, positive)
    except TooLarge:
        return None
    if found.top.is_zero():
        return Fraction(0)
    quotient = found.top.leading_coefficient() / found.bottom.leading_coefficient()
    return _fraction(quotient) if found.top - quotient * found.bottom == 0 else None


def simplified(e: Expr, positive: Positive = never) -> Expr:
    """The quotient written out, without a common factor."""
    found = form(e, positive)
    whole = mul(found.written(found.top), power(found.written(found.bottom), -1))
    if size(whole) > MOST_NODES:
        raise TooLarge
    return whole


def factored(e: Expr, positive: Positive = never) -> tuple[Fraction, list[tuple[Expr, int]]]:
    """A number and irreducible factors with their powers, negative for those below."""
    found = form(e, positive)
    if found.top.is_zero():
        return Fraction(0), []
    if len(found.top) + len(found.bottom) > LONG:
        raise TooLarge
    above, below = found.top.factor(), found.bottom.factor()
    factors = [(found.written(p), int(k)) for p, k in above[1]]
    factors += [(found.written(p), -int(k)) for p, k in below[1]]
    return _fraction(above[0]) / _fraction(below[0]), factors


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def _written(polynomial: Poly, atoms: tuple[Expr, ...]) -> Expr:
    terms = []
    for powers, factor in polynomial.to_dict().items():
        parts = (power(a, int(n)) for a, n in zip(atoms, powers, strict=False) if n)
        terms.append(mul(const(_fraction(factor)), *parts))
    return add(*terms)


# -- from an expression to a form ------------------------------------------------------------------


@dataclass
class _Reader:
    """First the arguments of functions are put in order, then the atoms are counted, then the
    polynomials are computed."""

    positive: Positive
    units: dict[tuple[str, Expr], Fraction] = field(default_factory=dict)
    atoms: list[Expr] = field(default_factory=list)
    gens: dict[Expr, Poly] = field(default_factory=dict)
    squares: dict[int, tuple[Poly, Poly]] = field(default_factory=dict)

    def form(self, e: Expr) -> Form:
        ready = self.ordered(e)
        self.count(ready)
        for (op, base), unit in self.units.items():
            turns = [op] if op == "exp" else ["sin", "cos"]
            for name in turns:
                self.enter(Expr(name, (mul(const(unit), base),)))  # type: ignore[arg-type]
        for n in {int(u.denominator) for (op, m), u in self.units.items() if m.op == "pi"}:
            for radical in _turn(n) or ():
                self.count(self.ordered(radical))
        names = tuple(f"a{i}" for i in range(max(1, len(self.atoms))))
        ring = fmpq_mpoly_ctx.get(names, Ordering.degrevlex)
        self.gens = dict(zip(self.atoms, ring.gens(), strict=False))
        self.one = ring.constant(1)
        self.find_squares()
        top, bottom = self.quotient(ready)
        common = top.gcd(bottom)
        return Form(top / common, bottom / common, tuple(self.atoms))

    def find_squares(self) -> None:
        """Of each sine, then of each root: what stands under it was entered before."""
        for at, atom in enumerate(self.atoms):
            if atom.op == "sin":
                cosine = self.gens[Expr("cos", atom.args)]
                self.squares[at] = self.one - cosine**2, self.one
        for at, atom in enumerate(self.atoms):
            if atom.op == "sqrt":
                self.squares[at] = self.quotient(self.ordered(atom.args[0]))

    def enter(self, atom: Expr) -> None:
        if atom not in self.atoms:
            self.atoms.append(atom)

    # -- arguments in order --------------------------------------------------------------------

    def ordered(self, e: Expr) -> Expr:
        """The same, where every function stands at an argument in order, logs of products are sums
        of logs, and the exponentials and angles are those of single terms."""
        if e.op in ("const", "var", "pi"):
            return e
        args = tuple(self.ordered(arg) for arg in e.args)
        match e.op:
            case "exp":
                return _product(_exp_of(m, c) for m, c in _terms(self.plain(args[0])))
            case "log":
                return self.logarithm(args[0])
            case "sqrt":
                return self.root(args[0])
            case "sin" | "cos":
                return Expr(e.op, (self.plain(args[0]),))
            case "abs" | "min" | "max":
                return function(e.op, *(self.plain(arg) for arg in args))
        return Expr(e.op, args, e.value)

    def plain(self, e: Expr) -> Expr:
        """An argument, multiplied out."""
        return expand(substitute(e, {}))

    def factors(self, e: Expr) -> tuple[Fraction, list[tuple[Expr, int]]]:
        """Of the argument of a log or root."""
        number = value(substitute(e, {}))
        if number is not None:
            return number, []
        number, factors = factored(e, self.positive)
        for i, (f, k) in enumerate(factors):
            minus = add(*(mul(const(-1), term) for term in f.args)) if f.op == "add" else f
            if not self.positive(f) and self.positive(minus):
                factors[i], number = (minus, k), number * (-1) ** abs(k)
        return number, factors

    def logarithm(self, inside: Expr) -> Expr:
        """Positive factors come out; what is left is positive as a whole."""
        number, factors = self.factors(inside)
        if number == 0 or (number < 0 and not factors):
            return Expr("log", (const(number),))
        terms, rest = [], []
        for f, k in factors:
            if f.op == "exp":
                terms.append(mul(const(k), f.args[0]))
            elif f.op == "sqrt":
                terms.append(mul(const(Fraction(k, 2)), Expr("log", f.args)))
            elif self.positive(f) or (k % 2 == 1 and len(factors) == 1 and number > 0):
                terms.append(mul(const(k), Expr("log", (f,))))
            else:
                rest.append((f, k))
        if len(rest) == 1 and rest[0][1] % 2 == 1:
            f, k = rest[0]
            side = f if number > 0 else self.plain(mul(const(-1), f))
            terms.append(mul(const(k), Expr("log", (side,))))
        elif rest:
            whole = mul(const(1 if number > 0 else -1), *(power(f, k) for f, k in rest))
            terms.append(Expr("log", (whole,)))
        elif number < 0:
            return Expr("log", (inside,))
        return _sum([*terms, *_log_of_number(abs(number))])

    def root(self, inside: Expr) -> Expr:
        """Squares come out, as absolute values, and positive factors each alone."""
        number, factors = self.factors(inside)
        if number == 0:
            return ZERO
        outside, rest = [], []
        known = {f: self.positive(f) for f, _ in factors}
        signed = number < 0 or any(k % 2 and not known[f] for f, k in factors)
        for f, k in factors:
            half, odd = divmod(k, 2)
            if signed and not known[f] and k > 1:  # at f = 0 the rest may have no root
                rest.append(power(f, k))
                continue
            if half:
                outside.append(power(f if known[f] else function("abs", f), half))
            if odd and known[f]:
                outside.append(Expr("sqrt", (f,)))
            elif odd:
                rest.append(f)
        if not rest:
            if number < 0:
                return Expr("sqrt", (inside,))
            return _product([*_root_of_number(number), *outside])
        if len(rest) == 1 and number < 0:
            rest[0] = self.plain(mul(const(-1), rest[0]))
        elif number < 0:
            rest.insert(0, const(-1))
        return _product([*_root_of_number(abs(number)), *outside, Expr("sqrt", (mul(*rest),))])

    # -- atoms ---------------------------------------------------------------------------------

    def count(self, e: Expr) -> None:
        """Enter the atoms of an ordered expression, and the unit of each exponent or angle."""
        match e.op:
            case "const":
                return
            case "exp" | "sin" | "cos":
                kind = "exp" if e.op == "exp" else "turn"
                for base, c in _terms(e.args[0]):
                    unit = self.units.get((kind, base), Fraction(0))
                    unit = common(unit, c)
                    alone = kind == "turn" and base.op == "pi"
                    self.units[kind, base] = Fraction(1, unit.denominator) if alone else unit
            case "sqrt":
                self.count(self.ordered(e.args[0]))
                self.enter(e)
            case "var" | "pi" | "log" | "abs" | "min" | "max":
                self.enter(e)
            case _:
                for arg in e.args:
                    self.count(arg)

    # -- polynomials ---------------------------------------------------------------------------

    def quotient(self, e: Expr) -> tuple[Poly, Poly]:
        match e.op:
            case "const":
                number = Fraction(e.value or 0)
                return self.one * fmpq(number.numerator, number.denominator), self.one
            case "add":
                top, bottom = self.quotient(e.args[0])
                for arg in e.args[1:]:
                    a, b = self.quotient(arg)
                    if b == bottom:
                        top = top + a
                    else:
                        common = b.gcd(bottom)
                        top, bottom = (
                            top * (b / common) + a * (bottom / common),
                            bottom / common * b,
                        )
                    top, bottom = self.reduced(top, bottom)
                return top, bottom
            case "mul":
                top, bottom = self.one, self.one
                for arg in e.args:
                    a, b = self.quotient(arg)
                    top, bottom = self.reduced(top * a, bottom * b)
                return top, bottom
            case "neg":
                top, bottom = self.quotient(e.args[0])
                return -top, bottom
            case "div":
                (a, b), (c, d) = map(self.quotient, e.args)
                return self.over(a * d, b * c)
            case "pow":
                a, b = self.quotient(e.args[0])
                n = exponent(e)
                if abs(n) > 16 or abs(n) * (len(a) + len(b)) > 4 * MOST_TERMS:
                    raise TooLarge
                return self.reduced(a**n, b**n) if n >= 0 else self.over(b**-n, a**-n)
            case "exp":
                ((base, c),) = _terms(e.args[0])
                unit = self.units["exp", base]
                atom = self.gens[Expr("exp", (mul(const(unit), base),))] ** abs(int(c / unit))
                return (atom, self.one) if c > 0 else (self.one, atom)
            case "sin" | "cos":
                cosine, sine = self.turned(_terms(e.args[0]))
                return cosine if e.op == "cos" else sine
        return self.gens[e], self.one

    def over(self, top: Poly, bottom: Poly) -> tuple[Poly, Poly]:
        if bottom.is_zero():
            raise TooLarge  # nowhere defined
        return self.reduced(top, bottom)

    def reduced(self, top: Poly, bottom: Poly) -> tuple[Poly, Poly]:
        """Without squares of roots or of sines."""
        for at, (above, below) in reversed(self.squares.items()):
            top, times = _without_squares(top, at, above, below)
            bottom, others = _without_squares(bottom, at, above, below)
            top, bottom = top * others, bottom * times
        if len(top) + len(bottom) > MOST_TERMS:
            raise TooLarge
        if bottom.is_zero():
            raise TooLarge
        return top, bottom

    def turned(self, terms: list[tuple[Expr, Fraction]]) -> tuple[Any, Any]:
        """cos and sin of a sum of angles."""
        cosine, sine = (self.one, self.one), (self.one * 0, self.one)
        for base, c in terms:
            unit = self.units["turn", base]
            n = int(c / unit)
            if base.op == "pi":
                n %= 2 * unit.denominator
            if abs(n) > 2 * MOST_TURNS:
                raise TooLarge
            one_cosine, one_sine = self.unit_turn(base, unit)
            if n < 0:
                one_sine = (-one_sine[0], one_sine[1])
            for _ in range(abs(n)):
                cosine, sine = (
                    self.sum_of(cosine, one_cosine, sine, one_sine, -1),
                    self.sum_of(sine, one_cosine, cosine, one_sine, 1),
                )
        return cosine, sine

    def unit_turn(self, base: Expr, unit: Fraction) -> tuple[Any, Any]:
        radicals = _turn(unit.denominator) if base.op == "pi" else None
        if radicals is not None:
            return tuple(self.quotient(self.ordered(r)) for r in radicals)  # type: ignore
        angle = mul(const(unit), base)
        return tuple((self.gens[Expr(op, (angle,))], self.one) for op in ("cos", "sin"))  # type: ignore

    def sum_of(self, a: Any, b: Any, c: Any, d: Any, sign: int) -> tuple[Poly, Poly]:
        """a b + sign c d."""
        top = a[0] * b[0] * c[1] * d[1] + sign * c[0] * d[0] * a[1] * b[1]
        return self.reduced(top, a[1] * b[1] * c[1] * d[1])


def _without_squares(p: Poly, at: int, above: Poly, below: Poly) -> tuple[Poly, Poly]:
    """p times a power of below, and that power, where the atom's square is above/below."""
    one = below**0
    highest = p.degrees()[at] // 2 if not p.is_zero() else 0
    if highest == 0:
        return p, one
    ring = p.context()
    parts: dict[int, dict[tuple[int, ...], Any]] = {}
    for powers, factor in p.to_dict().items():
        half, odd = divmod(int(powers[at]), 2)
        left = (*powers[:at], odd, *powers[at + 1 :])
        parts.setdefault(half, {})[left] = factor
    total = one * 0
    for half, terms in parts.items():
        total = total + ring.from_dict(terms) * above**half * below ** (highest - half)
    return total, below**highest


# -- pieces ----------------------------------------------------------------------------------------


def _terms(e: Expr) -> list[tuple[Expr, Fraction]]:
    """The terms of a sum, each as the rest and its coefficient."""
    return [coefficient(t) for t in (e.args if e.op == "add" else (e,)) if t != ZERO]


def _product(factors: Iterable[Expr]) -> Expr:
    kept = tuple(factors)
    return ONE if not kept else kept[0] if len(kept) == 1 else Expr("mul", kept)


def _sum(terms: Iterable[Expr]) -> Expr:
    kept = tuple(terms)
    return ZERO if not kept else kept[0] if len(kept) == 1 else Expr("add", kept)


def _exp_of(base: Expr, c: Fraction) -> Expr:
    """exp(c base), where exp(n log u / 2) is a power of sqrt u."""
    if base.op == "log" and c.denominator <= 2 and abs(c.numerator) <= 16:
        inside = base.args[0]
        if c.denominator == 1:
            return Expr("pow", (inside,), c.numerator)
        return Expr("pow", (Expr("sqrt", (inside,)),), c.numerator)
    return Expr("exp", (mul(const(c), base),))


def common(a: Fraction, b: Fraction) -> Fraction:
    """The largest number of which both are multiples."""
    under = lcm(a.denominator, b.denominator)
    return Fraction(gcd(int(a * under), int(b * under)), under)


def _log_of_number(number: Fraction) -> list[Expr]:
    """log of a positive number, as multiples of logs of primes."""
    found = []
    for n, sign in ((number.numerator, 1), (number.denominator, -1)):
        found += [
            mul(const(sign * k), Expr("log", (const(p),))) for p, k in _prime_powers(n) if p != 1
        ]
    return found


def _root_of_number(number: Fraction) -> list[Expr]:
    """sqrt of a positive number, as a number times roots of primes."""
    outside = Fraction(1, number.denominator)
    roots = []
    for p, k in _prime_powers(number.numerator * number.denominator):
        outside *= p ** (k // 2)
        if k % 2 and p != 1:
            roots.append(Expr("sqrt", (const(p),)))
    return [const(outside), *roots]


def _prime_powers(n: int) -> list[tuple[int, int]]:
    if n > SMOOTH:
        return [(n, 1)]
    return [(int(p), int(k)) for p, k in fmpz(n).factor()]


def _turn(n: int) -> tuple[Expr, Expr] | None:
    """cos and sin of pi/n as roots of numbers."""
    if n not in TURNS:
        return None
    two, three, five = (Expr("sqrt", (const(k),)) for k in (2, 3, 5))
    inner = Expr("sqrt", (add(const(2), two),))
    wide = Expr("sqrt", (add(const(10), mul(const(2), five)),))
    narrow = Expr("sqrt", (add(const(10), mul(const(-2), five)),))
    half, quarter = const(Fraction(1, 2)), const(Fraction(1, 4))
    six = Expr("mul", (two, three))
    return {
        1: (const(-1), ZERO),
        2: (ZERO, ONE),
        3: (half, mul(half, three)),
        4: (mul(half, two), mul(half, two)),
        5: (mul(quarter, add(ONE, five)), mul(quarter, narrow)),
        6: (mul(half, three), half),
        8: (mul(half, inner), mul(half, add(two, const(-1)), inner)),
        10: (mul(quarter, wide), mul(quarter, add(five, const(-1)))),
        12: (
            mul(quarter, Expr("add", (six, two))),
            mul(quarter, Expr("add", (six, mul(const(-1), two)))),
        ),
    }[n]


TURNS = (1, 2, 3, 4, 5, 6, 8, 10, 12)
