"""The token level: steps above 2 gap/(L E+[len]) along the gap can collapse, on one landscape.

The tree and the reading of it are those of theorem_4: a token is "one" or "zero", T ones are right.
The policy has three parameters theta = (x, y, z), and what is said of it is said of all of them.
"""

from theory.statements._prelude import *
from theory.statements._collapse import BINARY, POSITIVE_GAP, N, gap
from theory.statements.overshooting_sharp import FORWARD, Point, V, dot, everywhere
from theory.statements.theorem_4 import SHAPE, m, p0
from theory.tree import PREFIX, TOKEN, T, at_open, child, p, root, size, v, whole

THETA: Point = tuple(map(var, ("x", "y", "z")))
OTHER: Point = tuple(var(f"{x.data}1") for x in THETA)
AT = (PREFIX, *(REAL,) * 3)
logp = Symbol("logp", AT)
score = tuple(Symbol(f"s{j}", AT) for j in (1, 2, 3))  # its gradient
token_score = tuple(Symbol(f"a{j}", (PREFIX, TOKEN, *(REAL,) * 3)) for j in (1, 2, 3))
theta = tuple(Symbol(str(x.data), (NAT,)) for x in THETA)  # the iterates
aligned = Symbol("D", (NAT,))  # the length of the gap vector
J, length_plus = Symbol("J", (NAT,)), Symbol("length_plus", (NAT,))
toward = tuple(Symbol(f"g{j}", (NAT,)) for j in (1, 2, 3))
J0, token_gap = var("J0"), var("token_gap")
START_RATE = exp(T * log(p0))  # p0^T
TOKEN_GAP = gap * (1 - START_RATE) / (T * (1 - p0))

START = Hypothesis("start", conj(0 < p0, p0 < 1), "any probability of a one to start from")
LENGTH = Hypothesis("length", eq(T, m + 1), "at least one token, and any number of them")
LATE = Hypothesis(
    "late",
    2 * (1 - START_RATE) * gap <= (1 - p0) * (eta * T * (L - 2 * TOKEN_GAP**2)),
    "a step beyond the threshold",
)


def iterate(number: TermLike) -> Point:
    return tuple(x(lift(number)) for x in theta)


def scores(prefix: Term, at: Point) -> Point:
    return tuple(s(prefix, *at) for s in score)


def token_scores(at: Point) -> Point:
    """grad log pi(v | p), a vector."""
    return tuple(s(p, v, *at) for s in token_score)


def squares(parts: Point) -> Term:
    first, *rest = (x**2 for x in parts)
    return sum(rest, first)


def moved(there: Point, here: Point) -> Term:
    """The squared distance of two points."""
    return squares(tuple(x - y for x, y in zip(there, here, strict=True)))


def weight(at: Point) -> Term:
    """r(o) pi(o)."""
    return AT_K.reward * exp(logp(whole(o), *at))


def success(number: TermLike) -> Term:
    return total(o, weight(iterate(number)))


def mean_length(number: TermLike) -> Term:
    """E+[len]."""
    return total(o, weight(iterate(number)) * size) / success(number)


def gap_vector(number: TermLike) -> Point:
    """g+ - g- of eq. (9) at an iterate."""
    at, rate = iterate(number), success(number)
    wrong = (1 - AT_K.reward) * exp(logp(whole(o), *at))
    parts = scores(whole(o), at)
    return tuple(total(o, weight(at) * s) / rate - total(o, wrong * s) / (1 - rate) for s in parts)


MOVED = tuple(x + d * t for x, d in zip(THETA, V, strict=True))
NEXT_TOKEN = total(v, exp(logp(child, *THETA) - logp(p, *THETA)))
POLICY = conj(
    everywhere(eq(logp(root, *THETA), 0), THETA),
    forall(p, everywhere(has_derivative(t, logp(p, *MOVED), dot(V, scores(p, MOVED))), THETA, V)),
    BINARY,
    eq(J(0), J0),
)


def regular(constant: Term = L) -> Term:
    """At every node, for all parameters: the probabilities of the next token sum to one, and
    Assumption 2 with G = sqrt L."""
    here, there = token_scores(THETA), token_scores(OTHER)
    close = moved(there, here) <= constant**2 * moved(OTHER, THETA)
    token = forall(v, conj(squares(here) <= L, everywhere(close, OTHER)))
    return at_open(everywhere(conj(eq(NEXT_TOKEN, 1), token), THETA))


FALLS, RISES = J(k + 1) < J(k), J(k) < J(k + 1)


def every_step(least: Term = gap, tokens: Term = T, then: Term = FALLS) -> Term:
    """A step goes eta along the gap vector, whose length, the alignment, is at least ``least``;
    E+[len] is ``tokens``; and J falls."""
    vector = tuple(g(k) for g in toward)
    steps_on = (
        eq(aligned(k) * (there - here), eta * component)
        for here, there, component in zip(iterate(k), iterate(k + 1), vector, strict=True)
    )
    length = eq(squares(vector), aligned(k) ** 2)
    step = conj(least <= aligned(k), length, *steps_on)
    return forall(k, conj(step, eq(length_plus(k), tokens), then))


VANISHES = forall(eps, forall(k, implies(0 < eps, implies(N(eps) <= k, J(k) <= eps))))


def collapse(assumption: Term, steps: Term) -> Term:
    return conj(SHAPE, POLICY, assumption, steps, VANISHES)


STATEMENT = Statement(
    slug="token_overshooting_sharp",
    title="The threshold is 2 gap/(L E+[len]): longer steps along the gap can collapse",
    paper_ref="sharpens Theorem 4, eq. (19)",
    kind="exists",
    hypotheses=(START, POSITIVE_GAP, LENGTH, FORWARD, LATE),
    conclusion=collapse(regular(), every_step()),
    notation=(
        Notation(J0, START_RATE, "success rate at the start"),
        Notation(token_gap, TOKEN_GAP, "length of the slope of one token's log odds"),
        *(
            Notation(a, s(child, *THETA) - s(p, *THETA), "score of the next token", (p, v, *THETA))
            for a, s in zip(token_score, score, strict=True)
        ),
        Notation(J, success(k), "success rate at step k", (k,)),
        Notation(
            length_plus, mean_length(k), "mean length of the correct responses at step k", (k,)
        ),
        *(
            Notation(g, component, "g+ - g- of eq. (9) at step k", (k,))
            for g, component in zip(toward, gap_vector(k), strict=True)
        ),
    ),
    parameters=(p0, gap, L, eta, T, m),
    expected="witnessed",
    twins=(
        Twin("twice the gap", collapse(regular(), every_step(2 * gap))),
        Twin("half the smoothness", collapse(regular(L / 2), every_step())),
        Twin("J rises", collapse(regular(), every_step(then=RISES))),
        Twin("half the length", collapse(regular(), every_step(tokens=T / 2))),
        Twin("any step", drop="late"),
    ),
    remark="token_eta_safe is passed by a factor of 1/(1-p0), p0 = J(0)^(1/T), and of"
    " L/(L - 2 token_gap^2): both tend to 1 as J(0) and gap do to 0.",
)
