"""Theorem 2: the landscape on which a long step falls, although its gap is right at every iterate.

The log odds along a line are a slope plus a wave whose period is the step:
f(x) = f0 + c0 x + (A/omega) sin(omega x) with omega = 2 pi/eta, A = L eta/8 and c0 = gap - A. The
iterates k eta see only the crests of f': there the slope is exactly the gap. Between two iterates f
changes by c0 eta, which is negative as soon as eta > 8 gap/L. The least step of the printed range,
60 gap/(L + G^2), is as long when G^2 < 6.5 L. So J falls below any level after a number of steps
that the last equation names.
"""

from theory.derivations._prelude import *
from theory.derivations._letters import gain as gap
from theory.kernel.terms import Term
from theory.statements import _collapse as landscape
from theory.statements.theorem_2 import STATEMENT

J0, eps, n = positive("J0", "eps", "n")
x, f = sp.symbols("x f", real=True)
k = sp.Symbol("k", integer=True, nonnegative=True)
NAMES = {**VALUES, "gap": gap, "J0": J0, "eps": eps, "x": x}


def term(part: Term) -> sp.Expr:
    return formula(part, NAMES)


A, omega = positive("A", "omega")
f0, c0 = sp.symbols("f_0 c_0", real=True)
wave = f0 + c0 * x + A / omega * sp.sin(omega * x)
slope = c0 + A * sp.cos(omega * x)
MEANING = (
    Let(f0, term(landscape.F0), "log odds at the start"),
    Let(A, term(landscape.A), "size of the wave in the slope"),
    Let(omega, term(landscape.OMEGA), "its period is the step"),
    Let(c0, term(landscape.DRIFT), "drift"),
)


def iterate(number: sp.Expr) -> sp.Expr:
    """The log odds after this number of steps, not carried out."""
    return sp.Subs(wave, x, number * eta)


WIDEST = sp.sqrt(sp.Rational(13, 2) * L)
PRINTED = formula(landscape.LONG.formula.args[0], NAMES) / (L + G**2)


def _same(name: str, left: sp.Expr, right: sp.Expr, reason: str) -> Step:
    return begin(name, Relation(left, "=", right), reason, Algebra())


STEPS = (
    _same("landscape", wave, term(landscape.ODDS), "The log odds along the line."),
    _same("slope", sp.Derivative(wave, x), slope, "Differentiate."),
    _same("slope as stated", slope, term(landscape.SLOPE), "Written out."),
    _same("curvature", sp.Derivative(slope, x), term(landscape.BEND), "And once more."),
    _same("size of the curvature", A * omega, sp.pi * L / 4, "The step drops out; below L."),
    _same("iterates", iterate(k), f0 + c0 * eta * k, "The wave vanishes at its period."),
    _same("gap at the iterates", sp.Subs(slope, x, k * eta), gap, "There the slope is on a crest."),
    _same(
        "one step",
        iterate(k + 1) - iterate(k),
        c0 * eta,
        "Only the drift is left between two iterates.",
    ),
    begin(
        "J falls",
        Equivalence(Relation(ZERO, "<", -c0 * eta), Relation(8 * gap / L, "<", eta)),
        "The drift is negative for steps longer than this.",
        Solve(eta, L * eta / 8),
    ),
    begin(
        "printed range",
        Relation(8 * gap / L, "<", PRINTED),
        "The least step of Theorem 2, as long as G squared is below 6.5 L.",
        signs((8 * gap * (WIDEST + G) / (L * (L + G**2)), WIDEST - G)),
    ),
    begin(
        "number of steps",
        Equivalence(
            Relation(ZERO, "<=", sp.log(eps) - f0 - c0 * eta * n),
            Relation(term(landscape.NUMBER), "<=", n),
        ),
        "From this number on the log odds are below log eps: solve.",
        Solve(n, L * eta / 8 * (eta - 8 * gap / L)),
    ),
    begin(
        "rate and odds",
        Relation(1 / (1 + sp.exp(-f)), "<=", sp.exp(f)),
        "A success rate is at most its odds.",
        signs((ONE, sp.exp(2 * f) / (1 + sp.exp(f)))),
    ),
    begin(
        "low odds",
        Relation(f, "<=", sp.log(eps)),
        "With log odds below log eps.",
        signs((ONE, sp.log(eps) - f)),
    ),
    Step(
        "odds", Relation(sp.exp(f), "<=", eps), "exp is increasing.", Increasing(sp.exp, "low odds")
    ),
    Step(
        "J vanishes",
        Relation(1 / (1 + sp.exp(-f)), "<=", eps),
        "So the success rate is below eps.",
        Chain(("rate and odds", "odds")),
    ),
)

DERIVATION = derive(
    STATEMENT,
    (
        FAVOURABLE,
        SMOOTHNESS,
        Range(G, sp.sqrt(L), WIDEST, "score bound"),
        Range(eta, 8 * gap / L, sp.oo, "step size"),
        Range(J0, ZERO, ONE, "success rate at the start"),
        *MEANING,
        Range(x, -sp.oo, sp.oo, "place on the line"),
        Whole(k, "number of steps"),
        Range(eps, ZERO, J0, "any level below the start"),
        Range(n, ZERO, sp.oo, "number of steps, as a real number"),
        Range(f, -sp.oo, sp.log(eps), "log odds"),
    ),
    *STEPS,
    results=tuple(
        step.name for step in STEPS if step.name not in ("rate and odds", "low odds", "odds")
    ),
)
