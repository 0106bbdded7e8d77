"""Exact arithmetic with pi, logarithms, exponentials and radicals, as formal sums.

A `Form` is a sum of rational multiples of monomials; a monomial is a product of powers, with
rational exponents, of positive numbers that are not taken apart further ("atoms"): primes, pi, e,
log p, exp(pi), ... and one kind that may be negative, a root of an integer polynomial. The rules
are identities: exp(log 2) is 2, sqrt(8) is 2 sqrt(2), a root satisfies its polynomial. So two forms
that agree are equal numbers. Forms that differ may be equal too: that is for balls to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, TypeAlias

from flint import arb, fmpq, fmpq_poly, fmpz, fmpz_poly

LARGEST = 2**64
"""An integer above this is not factored."""
MOST = 60
"""Monomials of one form."""
BITS = 4_000
"""Of the numerators and denominators of a form."""


class NotExact(ArithmeticError):
    """The value is none of these numbers, or too long for one."""


@dataclass(frozen=True, slots=True)
class Root:
    """The root of an irreducible polynomial, coefficients upwards, between two fractions with only
    one root between them. ValueError: there is none, or more than one for all that balls tell."""

    polynomial: tuple[int, ...]
    low: Fraction
    high: Fraction

    def __post_init__(self) -> None:
        f = fmpz_poly(list(self.polynomial))
        factors = f.factor()[1]
        if f.degree() < 2 or len(factors) != 1 or factors[0][1] != 1:
            raise ValueError("the polynomial of a root is irreducible, of degree 2 or more")
        if not f(_rational(self.low)) * f(_rational(self.high)) < 0 or self._slope().contains(0):
            raise ValueError("no single root of the polynomial lies between the two numbers")

    def _slope(self, inside: arb | None = None) -> arb:
        return _at(fmpz_poly(list(self.polynomial)).derivative(), inside or self._between())

    def _between(self) -> arb:
        return arb(_rational(self.low)).union(arb(_rational(self.high)))

    def ball(self) -> arb:
        """At the ambient precision, by Newton steps on intervals."""
        found, f = self._between(), fmpz_poly(list(self.polynomial))
        for _ in range(40):
            middle = found.mid()
            better = (middle - _at(f, middle) / self._slope(found)).intersection(found)
            if not better.rad() < found.rad() / 2:
                return better
            found = better
        return found

    def __str__(self) -> str:
        terms = (
            f"{'-' if c < 0 else '+'} {abs(c)}{'*r' * bool(n)}{f'**{n}' * (n > 1)}".replace(
                " 1*", " "
            )
            for n, c in reversed(list(enumerate(self.polynomial)))
            if c
        )
        text = " ".join(terms).removeprefix("+ ")
        return f"the r with {text} == 0 and {self.low} < r < {self.high}"


def root_of(polynomial: Iterable[int], near: Fraction) -> Root | None:
    """The root next to ``near``, between short decimals; None where none is certain."""
    for factor, _ in fmpz_poly(list(polynomial)).factor()[1]:
        for digits in (0, 1, 2, 3, 6, 9):
            low = Fraction(math.floor(near * 10**digits), 10**digits)
            with suppress(ValueError):
                coefficients = tuple(int(c) for c in factor.coeffs())
                return Root(coefficients, low, low + Fraction(1, 10**digits))
    return None


def _rational(x: Fraction) -> Any:
    return fmpq(x.numerator, x.denominator)


def _at(f: Any, x: arb) -> arb:
    return reduce(lambda total, c: total * x + arb(c), reversed(f.coeffs()), arb(0))


# -- forms -----------------------------------------------------------------------------------------


Atom: TypeAlias = Any
"""An int > 1 that is prime or too large to factor; "pi"; ("log", n); ("exp", monomial); a Root."""
Monomial: TypeAlias = tuple[tuple[Atom, Fraction], ...]
Number: TypeAlias = "Fraction | Form"
UNIT: Monomial = ()


@dataclass(frozen=True, slots=True)
class Form:
    """The sum of coefficients times monomials, at least one of them not 1."""

    terms: tuple[tuple[Monomial, Fraction], ...]

    def __add__(self, other: Number) -> Number:
        total = dict(self.terms)
        for monomial, c in terms_of(other):
            total[monomial] = total.get(monomial, Fraction(0)) + c
        return form(total)

    def __neg__(self) -> Number:
        return form({m: -c for m, c in self.terms})

    def __sub__(self, other: Number) -> Number:
        return self + (-other)

    def __rsub__(self, other: Fraction) -> Number:
        return -self + other

    def __mul__(self, other: Number) -> Number:
        total: Number = Fraction(0)
        for a, b in ((a, b) for a in self.terms for b in terms_of(other)):
            total = total + _times(a, b)
        return total

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other: Number) -> Number:
        if isinstance(other, Fraction):
            return form({m: c / other for m, c in self.terms})
        ratio = self.terms[0][1] / other.terms[0][1]
        if [(m, c / ratio) for m, c in self.terms] == list(other.terms):
            return ratio
        return self * inverse(other)

    def __rtruediv__(self, other: Fraction) -> Number:
        return inverse(self) * other

    def __pow__(self, n: int) -> Number:
        if len(self.terms) == 1 and not _roots(self):
            ((monomial, c),) = self.terms
            return _term(c**n, {atom: e * n for atom, e in monomial})
        if abs(n) > MOST:
            raise NotExact
        power: Number = Fraction(1)
        for _ in range(abs(n)):
            power = power * self
        return power if n >= 0 else Fraction(1) / power

    def ball(self) -> arb:
        """At the ambient precision."""
        return sum((arb(_rational(c)) * _ball(m) for m, c in self.terms), arb(0))


def terms_of(x: Number) -> tuple[tuple[Monomial, Fraction], ...]:
    return x.terms if isinstance(x, Form) else ((UNIT, Fraction(x)),)


def form(terms: Mapping[Monomial, Fraction]) -> Number:
    """The number; a Fraction where it is rational. Raises NotExact where it is too long."""
    kept = {m: c for m, c in terms.items() if c != 0}
    if len(kept) > MOST or any(
        max(c.numerator.bit_length(), c.denominator.bit_length()) > BITS for c in kept.values()
    ):
        raise NotExact
    if not kept.keys() - {UNIT}:
        return kept.get(UNIT, Fraction(0))
    return Form(tuple(sorted(kept.items(), key=repr)))


def _term(coefficient: Fraction, powers: Mapping[Atom, Fraction]) -> Number:
    """One monomial; whole powers of integers go to the coefficient, and those of a root down."""
    kept: dict[Atom, Fraction] = {}
    root: tuple[Root, int] | None = None
    for atom, e in powers.items():
        if isinstance(atom, int):
            whole = e.numerator // e.denominator
            if abs(whole) * atom.bit_length() > BITS:
                raise NotExact
            coefficient *= Fraction(atom) ** whole
            e -= whole
        if isinstance(atom, Root) and e >= len(atom.polynomial) - 1 and root is None:
            root = atom, int(e)
        elif e != 0:
            kept[atom] = e
    monomial = tuple(sorted(kept.items(), key=repr))
    if root is None:
        return form({monomial: coefficient})
    rest = fmpq_poly([0] * root[1] + [1]) % fmpq_poly(list(root[0].polynomial))
    return _in_root(root[0], rest) * form({monomial: coefficient})


def _in_root(root: Root, polynomial: fmpq_poly) -> Number:
    numbers = (Fraction(int(c.p), int(c.q)) for c in polynomial.coeffs())
    return form({((root, Fraction(n)),) if n else UNIT: c for n, c in enumerate(numbers)})


def _times(a: tuple[Monomial, Fraction], b: tuple[Monomial, Fraction]) -> Number:
    powers = dict(a[0])
    for atom, e in b[0]:
        powers[atom] = powers.get(atom, Fraction(0)) + e
    return _term(a[1] * b[1], powers)


def _roots(x: Form) -> set[Root]:
    return {atom for m, _ in x.terms for atom, _ in m if isinstance(atom, Root)}


def inverse(x: Form) -> Number:
    """1/x, where x is not 0. Raises NotExact where it is no form."""
    roots = _roots(x)
    if len(x.terms) == 1 and not roots:
        return x**-1
    if len(roots) == 1 and all(not m or (len(m) == 1 and m[0][1] > 0) for m, _ in x.terms):
        return _inverse_in(next(iter(roots)), x)
    radical = next((a for m, _ in x.terms for a, e in m if isinstance(a, int)), None)
    if radical is None or roots:
        raise NotExact
    halves = {m for m, _ in x.terms if dict(m).get(radical) == Fraction(1, 2)}
    if any(dict(m).get(radical, Fraction(1, 2)) != Fraction(1, 2) for m, _ in x.terms):
        raise NotExact
    conjugate = form({m: -c if m in halves else c for m, c in x.terms})
    norm = x * conjugate
    if _may_vanish(norm):
        raise NotExact
    return conjugate / norm


def _may_vanish(x: Number) -> bool:
    return x.ball().contains(0) if isinstance(x, Form) else x == 0


def _inverse_in(root: Root, x: Form) -> Number:
    coefficients = [fmpq(0)] * (len(root.polynomial) - 1)
    if any(a != root for m, _ in x.terms for a, _ in m):
        raise NotExact
    for m, c in x.terms:
        coefficients[int(m[0][1]) if m else 0] = _rational(c)
    gcd, left, _ = fmpq_poly(coefficients).xgcd(fmpq_poly(list(root.polynomial)))
    if gcd != fmpq_poly([1]):
        raise NotExact
    return _in_root(root, left)


def _ball(monomial: Monomial) -> arb:
    return reduce(lambda total, power: total * _power_ball(*power), monomial, arb(1))


def _power_ball(atom: Atom, e: Fraction) -> arb:
    if isinstance(atom, Root):
        return atom.ball() ** int(e)
    base = arb(atom) if isinstance(atom, int) else arb.pi() if atom == "pi" else None
    if base is None:
        kind, inside = atom
        if kind == "exp":
            return (_ball(inside) * arb(_rational(e))).exp()
        base = arb(inside).log()
    return base ** _rational(e) if e.denominator > 1 else base ** int(e)


# -- functions -------------------------------------------------------------------------------------

PI = form({(("pi", Fraction(1)),): Fraction(1)})


def of_root(root: Root) -> Number:
    return _term(Fraction(1), {root: Fraction(1)})


def primes(x: Fraction) -> dict[int, int]:
    """The exponents of the factors of x > 0; an integer above LARGEST is not taken apart."""
    found: dict[int, int] = {}
    for n, sign in ((x.numerator, 1), (x.denominator, -1)):
        factors = fmpz(n).factor() if n < LARGEST else [(n, 1)]
        for p, e in factors:
            if p != 1:
                found[int(p)] = found.get(int(p), 0) + sign * int(e)
    return found


def log(x: Number) -> Number:
    """Of a positive number that is one monomial."""
    if isinstance(x, Form) and (len(x.terms) > 1 or _roots(x)):
        raise NotExact
    ((monomial, c),) = terms_of(x)
    if c <= 0:
        raise NotExact
    total: Number = form(
        {(((("log", p)), Fraction(1)),): Fraction(e) for p, e in primes(c).items()}
    )
    for atom, e in monomial:
        if isinstance(atom, int):
            total = total + form({(((("log", atom)), Fraction(1)),): e})
        elif isinstance(atom, tuple) and atom[0] == "exp":
            total = total + form({atom[1]: e})
        else:
            raise NotExact
    return total


def exp(x: Number) -> Number:
    powers: dict[Atom, Fraction] = {}
    for monomial, c in terms_of(x):
        atom = monomial[0][0] if len(monomial) == 1 and monomial[0][1] == 1 else None
        logarithm = isinstance(atom, tuple) and atom[0] == "log"
        powers[monomial[0][0][1] if logarithm else ("exp", monomial)] = c
    return _term(Fraction(1), powers)


def real_power(x: Number, y: Number) -> Number:
    """x^y, x > 0."""
    if isinstance(y, Fraction) and isinstance(x, Fraction):
        return _term(Fraction(1), {p: e * y for p, e in primes(x).items()})
    if isinstance(y, Fraction) and isinstance(x, Form) and len(x.terms) == 1 and not _roots(x):
        ((monomial, c),) = x.terms
        if c > 0:
            return real_power(c, y) * _term(Fraction(1), {atom: e * y for atom, e in monomial})
    return exp(y * log(x))


SINES: Mapping[Fraction, tuple[tuple[Fraction, int], ...]] = {
    Fraction(n, d): tuple((Fraction(c), root) for c, root in parts)
    for (n, d), parts in {
        (0, 1): [],
        (1, 6): [("1/2", 1)],
        (1, 4): [("1/2", 2)],
        (1, 3): [("1/2", 3)],
        (1, 2): [("1", 1)],
        (1, 10): [("1/4", 5), ("-1/4", 1)],
        (3, 10): [("1/4", 5), ("1/4", 1)],
        (1, 12): [("1/4", 6), ("-1/4", 2)],
        (5, 12): [("1/4", 6), ("1/4", 2)],
    }.items()
}
"""sin(q pi) for 0 <= q <= 1/2, as rational multiples of roots of integers."""


def sin(x: Number) -> Number:
    """Of a multiple of pi by a fraction whose sine is in the table."""
    turns = _turns(x) % 2
    sign = 1 if turns <= 1 else -1
    turns = turns % 1
    parts = SINES.get(min(turns, 1 - turns))
    if parts is None:
        raise NotExact
    roots = (sign * c * real_power(Fraction(n), Fraction(1, 2)) for c, n in parts)
    return sum(roots, Fraction(0))


def cos(x: Number) -> Number:
    return sin(x + PI / Fraction(2))


def _turns(x: Number) -> Fraction:
    """x/pi."""
    found = x / PI if isinstance(x, Form) else x if x == 0 else None
    if not isinstance(found, Fraction):
        raise NotExact
    return found
