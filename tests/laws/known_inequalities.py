"""Textbook inequalities, each with a point of equality: what `formulas.py` builds from.

A lemma says small <= large for all values of its parameters r, s, t in its range: "real",
"nonnegative" or "positive". Both sides agree where the parameters have the values `equal`.
`outside` is a value of t, out of the range, at which the inequality fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Lemma:
    name: str
    small: str
    large: str
    range: str
    equal: tuple[Fraction, ...]
    outside: Fraction | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        return ("t", "s", "r")[: len(self.equal)]


def lemma(name, small, large, domain, equal, outside=None):
    values = tuple(Fraction(v) for v in equal)
    return Lemma(name, small, large, domain, values, None if outside is None else Fraction(outside))


LEMMAS = (
    # one parameter: tangents and Taylor polynomials
    lemma("exp is above its tangent", "1 + t", "exp(t)", "real", [0]),
    lemma("log is below its tangent", "log(t)", "t - 1", "positive", [1]),
    lemma("sin is below its tangent", "sin(t)", "t", "nonnegative", [0], -1),
    lemma("sin is above its cubic", "t - t**3/6", "sin(t)", "nonnegative", [0], -1),
    lemma("cos is above its parabola", "1 - t**2/2", "cos(t)", "real", [0]),
    lemma("sqrt is below its tangent", "sqrt(t)", "(1 + t)/2", "nonnegative", [1]),
    lemma("the hyperbola", "sqrt(1 + t**2)", "1 + t**2/2", "real", [0]),
    lemma("cosh is above its parabola", "1 + t**2/2", "(exp(t) + exp(-t))/2", "real", [0]),
    lemma("exp(-t) and its parabola", "exp(-t)", "1 - t + t**2/2", "nonnegative", [0], -1),
    lemma("the geometric series", "1/(1 + t)", "1 - t + t**2", "nonnegative", [0], "-1/2"),
    lemma("Bernoulli", "1 + 3*t", "(1 + t)**3", "nonnegative", [0], -4),
    lemma("log(1 + t) from below", "t/(1 + t)", "log(1 + t)", "nonnegative", [0]),
    lemma("log(1 + t) from above", "log(1 + t)", "t", "nonnegative", [0]),
    lemma("log(1 + t) and a root", "log(1 + t)", "t/sqrt(1 + t)", "nonnegative", [0], "-1/2"),
    lemma("tanh", "(exp(t) - 1)/(exp(t) + 1)", "t/2", "nonnegative", [0], -1),
    # one parameter: squares and quotients
    lemma("a square", "2*t", "1 + t**2", "real", [1]),
    lemma("a double root", "3*t", "t**3 + 2", "nonnegative", [1], -3),
    lemma("t + 1/t", "2", "t + 1/t", "positive", [1], -1),
    lemma("the variance of a coin", "t*(1 - t)", "1/4", "real", ["1/2"]),
    lemma("the slope of the sigmoid", "exp(t)/(1 + exp(t))**2", "1/4", "real", [0]),
    lemma("a rational bell", "2*t/(1 + t**2)", "1", "real", [1]),
    lemma("entropy", "t - 1", "t*log(t)", "positive", [1]),
    lemma("softplus", "t/2 + log(2)", "log(1 + exp(t))", "real", [0]),
    # one parameter: corners
    lemma("cos is at most 1", "cos(t)", "1", "real", [0]),
    lemma("abs of sin", "abs(sin(t))", "abs(t)", "real", [0]),
    lemma("abs", "t", "abs(t)", "real", [1]),
    lemma("max with 1", "t", "max(t, 1)", "real", [1]),
    lemma("min with 1", "min(t, 1)", "t", "real", [1]),
    lemma("min of t and 1/t", "min(t, 1/t)", "1", "positive", [1]),
    # two parameters
    lemma("AM-GM", "sqrt(s*t)", "(s + t)/2", "nonnegative", [1, 1]),
    lemma("HM-GM", "2*s*t/(s + t)", "sqrt(s*t)", "positive", [2, 2]),
    lemma("Young", "s*t", "(s**2 + t**2)/2", "real", [1, 1]),
    lemma("Cauchy-Schwarz", "(t + 2*s)**2", "5*(s**2 + t**2)", "real", [1, 2]),
    lemma("Jensen for exp", "exp((s + t)/2)", "(exp(s) + exp(t))/2", "real", [0, 0]),
    lemma("Jensen for log", "(log(s) + log(t))/2", "log((s + t)/2)", "positive", [1, 1]),
    lemma("Jensen for sqrt", "(sqrt(s) + sqrt(t))/2", "sqrt((s + t)/2)", "nonnegative", [1, 1]),
    lemma("relative entropy", "s - t", "s*log(s/t)", "positive", [1, 1]),
    lemma("log of a sum", "log(exp(s) + exp(t))", "max(s, t) + log(2)", "real", [0, 0]),
    lemma("the triangle", "abs(s + t)", "abs(s) + abs(t)", "real", [1, 2]),
    lemma("two norms", "sqrt(s**2 + t**2)", "abs(s) + abs(t)", "real", [0, 1]),
    lemma("min and mean", "2*min(s, t)", "s + t", "real", [1, 1]),
    lemma("mean and max", "s + t", "2*max(s, t)", "real", [-1, -1]),
    lemma("Motzkin", "3*s**2*t**2", "1 + s**4*t**2 + s**2*t**4", "real", [1, 1]),
    # three parameters
    lemma("AM-GM of three", "r*s*t", "((r + s + t)/3)**3", "nonnegative", [1, 1, 1]),
    lemma("rearrangement", "r*s + s*t + t*r", "r**2 + s**2 + t**2", "real", [1, 1, 1]),
    lemma("Nesbitt", "3/2", "r/(s + t) + s/(t + r) + t/(r + s)", "positive", [1, 1, 1]),
    lemma(
        "Schur",
        "r*s*(r + s) + s*t*(s + t) + t*r*(t + r)",
        "r**3 + s**3 + t**3 + 3*r*s*t",
        "nonnegative",
        [1, 1, 1],
    ),
    lemma(
        "Jensen for exp, of three",
        "exp((r + s + t)/3)",
        "(exp(r) + exp(s) + exp(t))/3",
        "real",
        [0, 0, 0],
    ),
)

IDENTITIES = (
    lemma("Pythagoras", "sin(t)**2 + cos(t)**2", "1", "real", [0]),
    lemma("the angle doubled", "sin(2*t)", "2*sin(t)*cos(t)", "real", [0]),
    lemma("exp of a sum", "exp(s + t)", "exp(s)*exp(t)", "real", [0, 0]),
    lemma("log of a product", "log(s*t)", "log(s) + log(t)", "positive", [1, 1]),
    lemma("max plus min", "max(s, t) + min(s, t)", "s + t", "real", [1, 2]),
    lemma("abs is a max", "abs(t)", "max(t, -t)", "real", [1]),
    lemma("a root squared", "sqrt(t)**2", "t", "nonnegative", [1]),
    lemma("the binomial", "(s + t)**2", "s**2 + 2*s*t + t**2", "real", [1, 1]),
    lemma("log of exp", "log(exp(t))", "t", "real", [0]),
)
"""Here the two sides agree everywhere in the range."""

# What may stand for a parameter whose value at equality is p: at v = c it is p, and elsewhere it
# is in the range. Where v >= c, or v > 0 and c > 0, more is possible. `a` is positive.
STAND_IN = {
    "real": ("p + a*(v - c)", "p - a*(v - c)", "p + a*(v - c)**3", "p + a*sin(v - c)"),
    "zero": ("a*(v - c)**2", "a*abs(v - c)", "a*(1 - cos(v - c))", "a*(v - c)**4"),
    "zero, v >= c": ("a*(v - c)", "a*(v - c)", "a*(v - c)**3", "a*sqrt(v - c)"),
    "positive": ("p*exp(a*(v - c))", "p + a*(v - c)**2", "p/(1 + a*(v - c)**2)"),
    "positive, v > 0": ("p*v/c", "p*v/c", "p*(v/c)**2", "p*sqrt(v/c)"),
    "real, v > 0": ("p + a*log(v/c)", "p + a*(v - c)/v"),
}

POSITIVE = (
    *("1 + v**2", "2 + sin(v)", "3 - cos(v)", "1 + abs(v)", "exp(v/2)", "exp(-v)"),
    *("1/(1 + v**2)", "sqrt(1 + v**2)", "max(1, v)", "7/3", "log(2 + v**2)"),
)
"""Positive at every v."""

DEFINED = ("v", "v**2", "-v/3", "sin(v)", "cos(v)", "exp(v)", "abs(v)", "pi*v", "log(1 + v**2)")
"""Defined at every v."""
