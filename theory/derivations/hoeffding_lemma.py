"""Hoeffding's lemma: a chord, and a function with a perfect square for its second derivative.

For a value x in [-G, G], e^(ux) lies below the chord of exp from -uG to uG. Averaging puts the mean
m on that chord. With p = (m + G)/(2G) and v = 2uG the chord at m is e^(-uG) (1 - p + p e^v). So
everything is in

    phi(v) = p v + v^2/8 - log(1 - p + p e^v) >= 0.

phi(0) = phi'(0) = 0, and with q = p e^v/(1 - p + p e^v), a probability, phi'' = 1/4 - q(1-q) =
(q - 1/2)^2.
"""

from theory.derivations._prelude import *
from theory.derivations._series import Coefficient
from theory.statements.hoeffding_lemma import STATEMENT

u, v, p, moment = positive("u", "v", "p", "moment")
x, mean = sp.symbols("x m", real=True)
q = p * sp.exp(v) / (1 - p + p * sp.exp(v))
phi = p * v + v**2 / 8 - sp.log(1 - p + p * sp.exp(v))
top, bottom = sp.exp(u * G), sp.exp(-u * G)
at_x = ((u * G - u * x) * bottom + (u * x + u * G) * top) / (2 * u * G)
at_mean = at_x.subs(x, mean)
share, width = (mean + G) / (2 * G), 2 * u * G
inside = 1 - share + share * sp.exp(width)
claimed = u * mean + G**2 * u**2 / 2

DERIVATION = derive(
    STATEMENT,
    (
        Range(p, ZERO, ONE, "a probability"),
        Range(v, ZERO, sp.oo, "any number from 0 on"),
        SCORE_BOUND,
        Range(u, ZERO, sp.oo, "exponent"),
        Range(x, -G, G, "one value"),
        Range(mean, -G, G, "mean of the values"),
        Range(moment, sp.exp(u * mean), at_mean, "E[exp(u x)]: Jensen, and the chord below"),
    ),
    begin(
        "value at 0", Relation(Coefficient(phi, v, 0), "=", ZERO), "phi vanishes at 0.", Algebra()
    ),
    begin(
        "slope at 0", Relation(Coefficient(phi, v, 1), "=", ZERO), "So does its slope.", Algebra()
    ),
    begin(
        "first derivative",
        Relation(sp.Derivative(phi, v), "=", p + v / 4 - q),
        "The derivative of the logarithm is the probability q.",
        Algebra(),
    ),
    begin(
        "second derivative",
        Relation(sp.Derivative(phi, (v, 2)), "=", (q - sp.Rational(1, 2)) ** 2),
        "The derivative of q is q(1-q), and 1/4 - q(1-q) is a perfect square.",
        Algebra(),
    ),
    begin(
        "square",
        Relation(ZERO, "<=", (q - sp.Rational(1, 2)) ** 2),
        "A square is never negative.",
        signs((ONE, (q - sp.Rational(1, 2)) ** 2)),
    ),
    Step(
        "phi",
        Relation(ZERO, "<=", phi),
        "Integrate twice from 0.",
        Convex(v, "value at 0", "slope at 0", "second derivative", "square"),
    ),
    begin(
        "chord",
        Relation(sp.exp(u * x), "<=", at_x),
        "exp is convex: it lies below its chord.",
        signs((ONE, chord(u * x, -u * G, u * G))),
    ),
    Step(
        "average",
        Relation(moment, "<=", at_mean),
        "The chord is linear in the value.",
        Mean("chord", ((sp.exp(u * x), moment), (x, mean)), (x,)),
    ),
    Step(
        "a probability",
        Relation(at_mean, "=", bottom * inside),
        "The mean divides the range in the ratio p to 1-p.",
        Algebra(),
    ),
    Step(
        "phi at the mean",
        Relation(ZERO, "<=", phi.subs({p: share, v: width}, simultaneous=True)),
        "The inequality for phi with p = (m + G)/(2G) and v = 2uG.",
        Instance("phi", ((p, share), (v, width))),
    ),
    begin(
        "exponents",
        Relation(sp.log(inside) - u * G, "<=", claimed),
        "Move the logarithm to the other side.",
        signs((ONE, "phi at the mean")),
    ),
    Step(
        "exponentials",
        Relation(bottom * inside, "<=", sp.exp(claimed)),
        "exp is increasing.",
        Increasing(sp.exp, "exponents"),
    ),
    Step(
        "the lemma",
        Relation(moment, "<=", sp.exp(claimed)),
        "Together.",
        Chain(("average", "a probability", "exponentials")),
    ),
    stated=(
        (
            "the lemma",
            relation(STATEMENT.conclusion, {"moment": moment, "mean": mean, "u": u, "G": G}),
        ),
    ),
    results=("first derivative",),
)
