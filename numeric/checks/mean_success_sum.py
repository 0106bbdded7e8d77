"""Gradient ascent on the mean success rate. A prompt without a right response never gets one: so
`solvable` is not found necessary."""

from collections.abc import Callable
from functools import partial

from numeric.checks._prelude import *
from numeric.checks._instances import on_line, reals, text
from numeric.checks._trajectory import by_step
from theory.statements.mean_success_sum import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Two to four prompts share theta; each has a right and a wrong response, and linear logits."""
    d, count, K = (int(rng.integers(low, high)) for low, high in ((1, 4), (2, 5), (1, 5)))
    with ball_precision(BITS):
        phi, theta = to_balls(rng.normal(size=(count, d))), to_balls(rng.normal(size=d))
        offset, share = to_balls(3 * rng.normal(size=count)), to_balls(rng.exponential(size=count))
        if log_odds is not None:
            offset[0] = arb(log_odds) - phi[0] @ theta
        share, L = share / share.sum(), max((row**2).sum() for row in phi) / 4
        alpha = arb(float(rng.uniform(0, 2))) / L
        rates, squares = [], []
        for _ in range(K + 2):
            p = 1 / (1 + np.exp(-(offset + phi @ theta)))
            ascent = (share * p * (1 - p)) @ phi
            rates.append((share * p).sum())
            squares.append((ascent**2).sum())
            theta = theta + alpha * ascent
        return {
            "mean_rate": by_step(rates),
            "square": by_step(squares),
            "eps": min(squares[:K]),
            "Nat": range(K),
            "K": K,
            "alpha": alpha,
            "L": L,
        }


Motion = Callable[[arb, arb, arb, arb], tuple[arb, arb]]
"""From log J, its slope, bend and t to log J and the right response's score."""


def bent(log_J: arb, slope: arb, bend: arb, t: arb) -> tuple[arb, arb]:
    """As curved as L allows."""
    return log_J + slope * t - bend * t * t / 2, slope - bend * t


def still(log_J: arb, slope: arb, bend: arb, t: arb) -> tuple[arb, arb]:
    """No move, whatever the scores report."""
    return log_J, slope


def idle(log_J: arb, slope: arb, bend: arb, t: arb) -> tuple[arb, arb]:
    """No move, and no score."""
    return log_J, 0 * slope


@dataclass(frozen=True)
class Ascent:
    """Prompts that are alike, of one coordinate, with gradient 1 for the right response: J(0) is
    ``rate``, the curvature of log J is ``bend`` times the squared gradient. After each step J is
    multiplied by ``jump``; ``mass`` is the sum of all probabilities."""

    rate: Number = Fraction(1, 10)
    alpha: Number = 1
    L: Number = 1
    bend: Number = 1
    eps: Number = 0
    reward: Numbers = (1, 0)
    share: Numbers = (1,)
    jump: Number = 1
    mass: Number = 1
    motion: Motion = bent
    K: int = 2

    def formal(self) -> dict[str, Any]:
        alpha, right, mass = ball(self.alpha), ball(self.reward[0]), ball(self.mass)
        weight = sum(balls(self.share), arb(0))
        starts = [ball(self.rate).log()]
        lines: list[tuple[arb, arb, arb]] = []

        def at(k: int, t: arb) -> tuple[Array, Array]:
            moved, score = self.motion(*lines[k], t)
            odds = 1 / (mass * (-moved).exp() - 1)
            other = (mass - moved.exp()).log()
            return np.array([moved, other]), np.array([score, -score * odds])

        def value(k: int, part: int, t: arb) -> Array:
            return at(k, t)[part]

        def gradient(k: int, o: int) -> arb:
            return arb(1) if o == 0 else -1 / (mass * (-starts[k]).exp() - 1)

        for k in range(self.K + 2):
            J = right * starts[k].exp()
            J += ball(self.reward[1]) * (mass - starts[k].exp()) * gradient(k, 1)
            slope = weight * J
            lines.append((starts[k], slope, ball(self.bend) * slope**2))
            starts.append(self.motion(*lines[k], alpha)[0] + ball(self.jump).log())

        def rows(part: int) -> list[Any]:
            return [on_line(partial(value, k, part)) for k in range(len(lines))]

        logp, score = rows(0), rows(1)
        return {
            "Prompt": range(len(self.share)),
            "Coordinate": range(1),
            "Response": range(2),
            "Nat": range(self.K + 1),
            "Real": reals(alpha),
            "logp": lambda k, q, o, t: logp[int(float(k))](o, t),
            "score": lambda k, q, o, t: score[int(float(k))](o, t),
            "gradient": lambda k, q, i, o: gradient(int(float(k)), o),
            "r": lambda q, o: ball(self.reward[o]),
            "share": lambda q: ball(self.share[q]),
            "K": self.K,
            **{name: ball(getattr(self, name)) for name in ("alpha", "L", "eps")},
        }

    def shown(self) -> dict[str, str]:
        named = ("rate", "alpha", "L", "bend", "eps", "reward", "share", "jump", "mass")
        motion = (self.motion.__doc__ or "").strip()
        return {name: text(getattr(self, name)) for name in named} | {"motion": motion}


CLIMB, LONG = Ascent(), Ascent(alpha=30, K=0)
NEARLY = Ascent(alpha=Fraction(19, 10), K=0)
"""Almost the longest step: it would lower a mean of 6/5."""

COUNTERS = counters(
    STATEMENT,
    {
        "no curvature": CLIMB,
        "twice the sum": CLIMB,
        "drop normalised": replace(NEARLY, rate=Fraction(6, 5), mass=4),
        "drop differentiable": Ascent(motion=still),
        "drop updates": Ascent(motion=idle),
        "drop smooth": replace(LONG, L=TINY),
        "drop continues": Ascent(jump=HALF),
        "drop verifiable": replace(NEARLY, rate=Fraction(1, 5), reward=(6, 0)),
        "drop shares": replace(NEARLY, rate=Fraction(1, 5), share=(6,)),
        "drop rate": LONG,
    },
)

WITHOUT = {"solvable": Ascent(reward=(0, 0))}
