"""Eq. (17), corrected: the log odds along the update, to second and third order, and to any order.

Write pi(o) e^{X(o)} for the policy after a step eta, with X = s eta + H eta^2/2 + c eta^3/6 + ...
Then J(eta)/J = E+[e^X] and (1-J(eta))/(1-J) = E-[e^X], so

    log odds(eta) - log odds(0) = log E+[e^X] - log E-[e^X].

Each logarithm is a cumulant series. Its coefficients need nothing but that E+ and E- are linear, so
the number of responses does not enter. The coefficient of eta^2 is

    (Var+ - Var- + E+[H] - E-[H])/2,

with a factor 1/2 and with the curvature H of the log-probabilities. To every order n it is 1/n!
times the sum over all partitions of {1, ..., n} of the joint cumulant of the derivatives whose
orders are the sizes of the blocks: ``log_odds_coefficient_in_cumulants(n)``.

When the policy is log-linear, H = -Var(s) is the same for every response and the two H terms
cancel. Whatever the policy, E[H] = -E[s^2] over all responses: H is never small where s is not.
"""

from collections.abc import Sequence
from math import factorial

from theory.derivations._prelude import *
from theory.derivations._cumulants import (
    H,
    bell,
    c,
    cumulant,
    eta,
    in_moments,
    log_odds_coefficient,
    log_odds_coefficient_in_cumulants,
    mean,
    moment,
    s,
)
from theory.derivations._series import Coefficient
from theory.statements.expansion import STATEMENT


def coefficient(function: sp.Expr, order: int) -> sp.Expr:
    """The coefficient of eta^order at eta = 0, not carried out."""
    return Coefficient(function, eta, order)


def free(*symbols: sp.Symbol, meaning: str = "") -> tuple[Range, ...]:
    return tuple(Range(x, -sp.oo, sp.oo, meaning) for x in symbols)


# -- any number of responses -----------------------------------------------------------------------

ORDER = 3
X = s * eta + H * eta**2 / 2 + c * eta**3 / 6
LETTERS = (s, H, c)
PART = {n: sp.Symbol(f"X_{n}", real=True) for n in (2, 3)}  # coefficients of e^X at one response
EXPANDED = {n: sp.expand(bell(n, LETTERS)) / factorial(n) for n in PART}
MONOMIALS = (s**3, s * H, s**2, s, H, c)


def part_mean(side: str, n: int) -> sp.Expr:
    """The coefficient of eta^n in E[e^X]."""
    return moment(side, [s]) if n == 1 else sp.Symbol(f"E{side}[X_{n}]", real=True)


def ratio(side: str) -> sp.Expr:
    """E[e^X] up to the third order; more would not change the first three coefficients."""
    return 1 + sum(part_mean(side, n) * eta**n for n in (1, 2, 3))


MOMENTS = sorted(
    {x for n in (1, 2, 3) for x in log_odds_coefficient(n).free_symbols}, key=lambda x: x.name
)


def _strand(order: int) -> tuple[Step, ...]:
    """From one response to the coefficient in the log odds."""
    one, both = f"one response, order {order}", f"log odds, order {order}"
    values = [(PART[order], None), *((m, None) for m in MONOMIALS)]
    in_parts = sum((1 if side == "+" else -1) * _logarithm(side, order) for side in "+-")
    in_moment_terms = sp.expand(log_odds_coefficient(order))
    averages = tuple(
        Step(
            f"mean over the {kind} responses, order {order}",
            Relation(part_mean(side, order), "=", sp.expand(mean(side, EXPANDED[order], 3))),
            f"E{side} is linear.",
            Mean(
                one,
                tuple(
                    (v, part_mean(side, order) if v in PART.values() else mean(side, v, 3))
                    for v, _ in values
                ),
                (PART[order], s, H, c),
            ),
        )
        for side, kind in (("+", "correct"), ("-", "incorrect"))
    )
    lower = tuple(
        f"mean over the {kind} responses, order {n}"
        for n in range(2, order + 1)
        for kind in ("correct", "incorrect")
    )
    return (
        begin(
            one,
            Relation(PART[order], "=", EXPANDED[order]),
            "The coefficient of the exponential series at one response.",
            Algebra(),
        ),
        *averages,
        begin(
            both,
            Relation(coefficient(sp.log(ratio("+")) - sp.log(ratio("-")), order), "=", in_parts),
            "The odds are multiplied by E+[exp X]/E-[exp X]; expand both logarithms.",
            Algebra(),
        ),
        Step(
            f"in moments, order {order}",
            Relation(in_parts, "=", in_moment_terms),
            "Put in the means.",
            Substitute(lower),
        ),
        Step(
            f"in cumulants, order {order}",
            Relation(in_moment_terms, "=", log_odds_coefficient_in_cumulants(order)),
            "Collect moments into variances, covariances and third cumulants.",
            Algebra(),
        ),
    )


def _logarithm(side: str, order: int) -> sp.Expr:
    a1, a2, a3 = (part_mean(side, n) for n in (1, 2, 3))
    return a2 - a1**2 / 2 if order == 2 else a3 - a1 * a2 + a1**3 / 3


# -- explicit softmax policies, differentiated directly --------------------------------------------


def letters(name: str, count: int, positive: bool = False) -> tuple[sp.Symbol, ...]:
    kind = {"positive": True} if positive else {"real": True}
    return tuple(sp.Symbol(f"{name}_{i}", **kind) for i in range(1, count + 1))


def total(weights: Sequence[sp.Expr], logits: Sequence[sp.Expr]) -> sp.Expr:
    """The sum of p_i e^(logit_i)."""
    return sp.Add(*(p * sp.exp(z) for p, z in zip(weights, logits, strict=True)))


def average(weights: Sequence[sp.Expr], values: Sequence[sp.Expr]) -> sp.Expr:
    return sp.Add(*(p * x for p, x in zip(weights, values, strict=True))) / sp.Add(*weights)


def variance(weights: Sequence[sp.Expr], values: Sequence[sp.Expr]) -> sp.Expr:
    return average(weights, [x**2 for x in values]) - average(weights, values) ** 2


def explicit(count: int, correct: int) -> Step:
    """A softmax over ``count`` responses with logits a eta + b eta^2/2, the first ``correct`` of
    them correct: the second coefficient by differentiation, and by the formula."""
    p, a, b = letters("p", count, True), letters("a", count), letters("b", count)
    logits = [x * eta + y * eta**2 / 2 for x, y in zip(a, b, strict=True)]
    right, wrong = slice(None, correct), slice(correct, None)
    log_odds = sp.log(total(p[right], logits[right])) - sp.log(total(p[wrong], logits[wrong]))
    spread = variance(p[right], a[right]) - variance(p[wrong], a[wrong])
    bend = average(p[right], b[right]) - average(p[wrong], b[wrong])
    return begin(
        f"{count} responses, {correct} correct",
        Relation(coefficient(log_odds, 2), "=", (spread + bend) / 2),
        "Differentiate directly; H is b minus a number that is the same for all responses.",
        Algebra(),
    )


P, A, B = letters("p", 4, True), letters("a", 4), letters("b", 4)
SCORES, CURVATURES = letters("s", 3), letters("H", 3)


def log_probability(i: int, bends: Sequence[sp.Expr]) -> sp.Expr:
    """log pi of response i of three, up to a constant."""
    logits = [x * eta + y * eta**2 / 2 for x, y in zip(A[:3], bends, strict=True)]
    return logits[i] - sp.log(total(P[:3], logits))


FLAT = (sp.Integer(0),) * 3
CURVATURE = (
    begin(
        "log-linear",
        Relation(2 * coefficient(log_probability(0, FLAT), 2), "=", -variance(P[:3], A[:3])),
        "With b = 0 the curvature is minus the variance of the score, the same at every response.",
        Algebra(),
    ),
    begin(
        "mean curvature",
        Relation(
            average(P[:3], [h + x**2 for h, x in zip(CURVATURES, SCORES, strict=True)]),
            "=",
            sp.Integer(0),
        ),
        "Differentiate the sum of all probabilities, which is 1, twice.",
        Algebra(),
    ),
)
EXAMPLE = tuple(
    Let(symbol, order * coefficient(log_probability(i, B[:3]), order), meaning)
    for order, symbols, meaning in (
        (1, SCORES, "score of one of three responses"),
        (2, CURVATURES, "its curvature"),
    )
    for i, symbol in enumerate(symbols)
)

CLAIM = relation(
    STATEMENT.conclusion.args[2],
    {
        "coefficient": sp.expand(log_odds_coefficient(2)),
        "var_plus": cumulant("+", (s, s)),
        "var_minus": cumulant("-", (s, s)),
        "bend_plus": cumulant("+", (H,)),
        "bend_minus": cumulant("-", (H,)),
    },
)

DERIVATION = derive(
    STATEMENT,
    (
        *free(s, H, c, meaning="a derivative of log pi at one response"),
        *(
            Let(PART[n], coefficient(sp.exp(X), n), f"coefficient of eta^{n} in exp(X)")
            for n in PART
        ),
        *free(*MOMENTS),
        *(
            Let(part_mean(side, n), sp.expand(mean(side, EXPANDED[n], 3)))
            for n in PART
            for side in "+-"
        ),
        *(Let(x, value) for n in (2, 3) for x, value in in_moments(n).items()),
        *(Range(p, sp.Integer(0), sp.oo, "weight of a response") for p in P),
        *free(*A, *B, meaning="slope or curvature of a logit"),
        *EXAMPLE,
    ),
    *_strand(2),
    *_strand(3),
    *CURVATURE,
    explicit(2, 1),
    explicit(3, 2),
    explicit(4, 2),
    stated=(("in cumulants, order 2", CLAIM),),
    results=(
        "in cumulants, order 3",
        "log-linear",
        "mean curvature",
        "2 responses, 1 correct",
        "3 responses, 2 correct",
        "4 responses, 2 correct",
    ),
    title="The second- and third-order expansion of the log odds",
)
