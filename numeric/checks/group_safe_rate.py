"""One step on one sampled group. `members` is needed for a member, not for what it says of same."""

from collections.abc import Callable
from functools import partial
from itertools import product

from numeric.checks._prelude import *
from numeric.checks._groups import Drawn, Law, Outcome, Rule, centred, draw_policy
from numeric.checks._instances import on_line, over_responses, reals, text
from numeric.core.balls import log_sum_exp
from theory.statements.group_safe_rate import STATEMENT

Motion = Callable[[Array, arb, Array, arb], tuple[Array, Array]]
"""From log pi, ghat^2 L, ghat.gradients and t to log pi and the scores at theta + t ghat."""


def softmax(logp: Array, bend: arb, slope: Array, t: arb) -> tuple[Array, Array]:
    """Linear logits."""
    moved = logp + slope * t
    moved = moved - log_sum_exp(moved)
    return moved, slope - (np.exp(moved) * slope).sum()


def parabola(logp: Array, bend: arb, slope: Array, t: arb) -> tuple[Array, Array]:
    """As curved as L allows, and not normalised."""
    return logp + slope * t - bend * t * t / 2, slope - bend * t


def still(logp: Array, bend: arb, slope: Array, t: arb) -> tuple[Array, Array]:
    """A policy that does not move, whatever the scores report."""
    return logp, slope


def idle(logp: Array, bend: arb, slope: Array, t: arb) -> tuple[Array, Array]:
    """No move, and no score."""
    return logp, 0 * slope


def late(logp: Array, bend: arb, slope: Array, t: arb) -> tuple[Array, Array]:
    """From another policy."""
    moved, score = softmax(logp, bend, slope, t)
    return moved - 1, score


@dataclass(frozen=True, eq=False)
class Updates:
    """Every outcome of a group with its own update. ``features`` (m, d) are the gradients."""

    weights: Numbers
    features: Array | tuple[Numbers, ...]
    reward: Numbers = (1, 0)
    n: int = 2
    alpha: Number | arb = 1
    L: Number | arb = QUARTER
    G: Number | arb = HALF
    motion: Motion = softmax
    law: Law | None = None
    seen: tuple[int, ...] | None = None
    rule: Rule = centred
    told: Callable[[Drawn], Drawn] | None = None

    def formal(self) -> dict[str, Any]:
        logp = np.log(balls(self.weights))
        phi = np.array([balls(row) for row in self.features], dtype=object)
        reward, alpha, L = balls(self.reward), ball(self.alpha), ball(self.L)
        table = over_responses(logp=logp, score=0 * logp, r=reward)
        seen = dict(enumerate(self.seen or ()))
        drawn_group = Drawn(table, self.n, self.rule, self.law, seen)
        group = (self.told(drawn_group) if self.told else drawn_group).formal()
        lines: dict[Outcome, tuple[Any, ...]] = {}
        for z in group["Outcome"]:
            drawn_ones = [group["draw"](z, a) for a in group["Member"]]
            weights = np.array([group["advantage"](z, a) for a in group["Member"]], dtype=object)
            push = weights @ phi[drawn_ones] / max(self.n, 1)
            bend, slope = L * (push**2).sum(), phi @ push
            lines[z] = tuple(on_line(partial(self.at, part, logp, bend, slope)) for part in (0, 1))

        def logps(*at: Any) -> arb:
            return logp[at[0]] if len(at) == 2 else lines[at[0]][0](*at[1:])

        return {
            **group,
            "Coordinate": range(phi.shape[1]),
            "Real": reals(alpha),
            "gradient": lambda i, o, t: phi[o, i],
            "logp": logps,
            "score": lambda z, o, t: lines[z][1](o, t),
            "alpha": alpha,
            "L": L,
            "G": ball(self.G),
        }

    def at(self, part: int, logp: Array, bend: arb, slope: Array, t: arb) -> Array:
        return self.motion(logp, bend, slope, t)[part]

    def shown(self) -> dict[str, str]:
        named = ("weights", "features", "reward", "n", "alpha", "L", "G")
        shown = {name: text(getattr(self, name)) for name in named}
        return shown | {"motion": (self.motion.__doc__ or "").strip()}


NUMBERS = ("alpha", "L", "G", "n", "J", "F", "gap2", "before", "after")


def draw_updates(rng: Generator, log_odds: LogOdds = None, rule: Rule = centred) -> Updates:
    """A softmax with linear logits in one to three coordinates, and any rate."""
    policy, d = draw_policy(rng, log_odds), int(rng.integers(1, 4))
    m = policy.sets["Response"]
    with ball_precision(BITS):
        pi, reward = (np.array([policy.rows[name][o] for o in range(m)]) for name in ("logp", "r"))
        pi = np.exp(pi)
        phi = to_balls(rng.normal(size=(m, d)))
        gradients = phi - pi @ phi
        apart = [((x - y) ** 2).sum() for x, y in product(phi, phi)]
        L, G = max(apart) / 4, max((x**2).sum() for x in gradients).sqrt()
        rate = arb(float(10 ** rng.uniform(-6, 1))) / L
        n = int(rng.integers(2, {2: 6, 3: 4, 4: 4}[m]))
        return Updates(tuple(pi), gradients, tuple(reward), n, rate, L, G, rule=rule)


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    measured = drawn(STATEMENT, draw_updates(rng, log_odds))
    return {name: measured[name] for name in NUMBERS}


EVEN = Updates((HALF, HALF), ((HALF,), (-HALF,)), alpha=Fraction(1, 10))
"""J = 1/2 and a gap of 1, as curved as L says."""
CURVED = replace(EVEN, motion=parabola, alpha=20)
"""1.25 times the largest rate: half of the groups move, by ghat = 1/4."""
COPIES: Law = {(0, 0): HALF, (1, 1): HALF}
SIGNED: Law = {z: Fraction(1, 16) + (-1) ** sum(z) for z in product((0, 1), repeat=4)}

COUNTERS = counters(
    STATEMENT,
    {
        "a longer step": CURVED,
        "half the curvature": EVEN,
        "not shortened": EVEN,
        "drop interior": replace(EVEN, reward=(0, 0)),
        "drop binary": Updates(
            (QUARTER, 3 * QUARTER),
            ((3 * QUARTER,), (-QUARTER,)),
            (2, 0),
            alpha=24,
            G=3 * QUARTER,
            motion=parabola,
        ),
        "drop members": replace(EVEN, n=0),
        "drop hits": replace(EVEN, seen=(0, 0)),
        "drop pairwise": replace(EVEN, law=COPIES),
        "drop chances": replace(CURVED, n=4, law=SIGNED),
        "drop centred": replace(EVEN, features=((0,), (-1,)), G=1, motion=parabola),
        "drop bounded": replace(EVEN, G=0),
        "drop starts": replace(EVEN, motion=late),
        "drop differentiable": replace(EVEN, motion=still),
        "drop updates": replace(EVEN, motion=idle),
        "drop smooth": replace(EVEN, alpha=1, L=TINY),
        "drop rate": replace(EVEN, alpha=-1, L=TINY),
    },
)
