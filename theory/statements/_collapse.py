"""What collapse means: properties of a trajectory, and the parameters of the constructions."""

from theory.statements._prelude import *
from theory.kernel.terms import PI, cos, sin

J0, gap = var("J0"), var("gap")
PARAMETERS = (J0, gap, L, G, eta)
N = Symbol("N", (REAL,))  # the number of steps after which J stays below a level

START = Hypothesis("start", conj(0 < J0, J0 < 1), "any success rate to start from")
POSITIVE_GAP = Hypothesis("gap", 0 < gap, "the least gap alignment")
POSITIVE_L = Hypothesis("positive_L", 0 < L, "the smoothness constant")
ROOT = Hypothesis("root", conj(0 < G, L <= G**2, 2 * G**2 < 13 * L), "L <= G^2 < 6.5 L")
LONG = Hypothesis("long", 60 * gap <= eta * (L + G**2), "eta >= 60 gap/(L + G^2)")
SHORT = Hypothesis(
    "short", conj(0 < eta, 4 * eta**2 * (L + G**2) <= 1), "eta <= 1/(2 sqrt(L + G^2))"
)


def constant_step() -> Term:
    return forall(k, eq(steps(k), eta))


def bounded_everywhere() -> Term:
    """Assumption 1(a) at every parameter that the line of any step reaches."""
    return forall(k, forall(o, forall(t, absolute(AT_K.score(t)) <= G)))


def lipschitz_everywhere(constant: Term) -> Term:
    """Assumption 1(b) between any two of them."""
    change = absolute(AT_K.score(u) - AT_K.score(t))
    close = implies(t <= u, change <= constant * (u - t))
    return forall(k, forall(o, forall(t, forall(u, close))))


def regular(constant: Term = L) -> Term:
    """Assumption 1."""
    return conj(bounded_everywhere(), lipschitz_everywhere(constant))


def aligned(least: Term = gap) -> Term:
    """The gap alignment is at least ``least`` at every iterate."""
    return forall(k, least <= AT_K.alignment())


def falls() -> Term:
    return forall(k, line_at(k + 1).success() < AT_K.success())


def rises() -> Term:
    return forall(k, AT_K.success() < line_at(k + 1).success())


def vanishes() -> Term:
    """J(k) tends to 0: J(k) <= eps for all k >= N(eps)."""
    late = implies(N(eps) <= k, AT_K.success() <= eps)
    return forall(eps, forall(k, implies(0 < eps, late)))


def one_policy() -> Term:
    """Step k is the piece of one line, along one policy, that begins at k eta."""
    return forall(k, forall(o, forall(t, eq(AT_K.logp(t), line_at(0).logp(k * eta + t)))))


BINARY = forall(o, eq(AT_K.reward**2, AT_K.reward))
POLICY = conj(
    forall(k, AT_K.normalised()),
    forall(k, AT_K.differentiable()),
    BINARY,
    constant_step(),
    one_policy(),
    eq(line_at(0).success(), J0),
)
REGULAR = regular()


def with_alignment(least: Term) -> Term:
    """J falls at every step and tends to 0, although the alignment is at least ``least``."""
    return conj(aligned(least), falls(), vanishes())


COLLAPSE = with_alignment(gap)


# -- the landscape of theorem_2: log odds f along the real line ------------------------------------

x = var("x")
RIGHT, WRONG = "right", "wrong"
A, OMEGA, F0 = L * eta / 8, 2 * PI / eta, log(J0 / (1 - J0))
DRIFT = gap - A
ODDS = F0 + DRIFT * x + A / OMEGA * sin(OMEGA * x)  # f(x)
SLOPE = DRIFT + A * cos(OMEGA * x)  # f'(x)
SPREAD = exp(ODDS) / (1 + exp(ODDS)) ** 2  # J(1-J)
BEND = -(A * OMEGA * sin(OMEGA * x))  # f''(x)
SIZE = {RIGHT: 1 + exp(-ODDS), WRONG: 1 + exp(ODDS)}
SHARE = {RIGHT: 1 / (1 + exp(ODDS)), WRONG: -(1 / (1 + exp(-ODDS)))}  # 1-J and -J
LOGP = {name: -log(size) for name, size in SIZE.items()}
SCORE = {name: SLOPE * share for name, share in SHARE.items()}
NUMBER = (F0 - log(eps)) / (-DRIFT * eta)  # from this step on J is below eps


def at_position(term: Term, where: Term) -> Term:
    """A term about x, at another point."""
    return substitute(term, {x: where})
