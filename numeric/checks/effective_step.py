"""The effective steps (20), coordinate by coordinate.

`interior` is not needed: at J = 0 or J = 1 rewards of 0 and 1 have no spread, and sigma > 0 fails.
"""

from numeric.checks._prelude import *
from numeric.checks._instances import text
from theory.statements.effective_step import STATEMENT


def gradient_gap(pi: Array, reward: Array, gradient: Array) -> Array:
    """g+ - g-, (d,), from pi and reward (n,) and gradients of log pi (n, d)."""
    right, wrong = reward * pi, (1 - reward) * pi
    J = right.sum()
    return right @ gradient / J - wrong @ gradient / (1 - J)


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """One length up to a million, learning rates over twelve decades, and any coordinate."""
    step = updates.draw(rng, log_odds)
    with ball_precision(BITS):
        theta, reward = to_balls(step.theta), to_balls(step.reward)
        pi, gradient = np.exp(step.policy.log_probs(theta)), step.policy.scores(theta)
        gap, tokens = gradient_gap(pi, reward, gradient), int(10 ** rng.uniform(0, 6))
        delta = (gap**2).sum().sqrt()
        i, alpha = int(rng.integers(step.policy.d)), float(10 ** rng.uniform(-9, 3))
        length = 0 * pi + tokens
        found = Gradients(pi, reward, length, gradient, delta, gap / delta, i, tokens, arb(alpha))
    return drawn(STATEMENT, found)


@dataclass(frozen=True, eq=False)
class Gradients:
    """pi, reward and length (n,), gradients of log pi (n, d), and the gap as delta w, w (d,).

    By default J = 1/4 and the gap (3, 4) = 5 w, with gradients (3/4)(3, 4) and -(1/4)(3, 4), of
    which coordinate 0 is seen; 2 tokens each, and sigma is the deviation of the reward."""

    pi: Any = (QUARTER, 3 * QUARTER)
    reward: Any = (1, 0)
    length: Any = (2, 2)
    gradient: Any = ((Fraction(9, 4), 3), (-3 * QUARTER, -1))
    delta: Number | arb = 5
    w: Any = (Fraction(3, 5), Fraction(4, 5))
    i: int = 0
    tokens: int = 2
    alpha: Number | arb = 1
    sigma: Number | None = None

    def formal(self) -> dict[str, Any]:
        reward, w, pi = balls(self.reward), balls(self.w), balls(self.pi)
        gradient = [balls(row) for row in self.gradient]
        variance = (pi * (reward - (pi * reward).sum()) ** 2).sum()
        rows = {"logp": np.log(pi), "r": reward, "length": balls(self.length)}
        numbers = {"delta": self.delta, "tokens": self.tokens, "alpha": self.alpha}
        numbers["sigma"] = variance.sqrt() if self.sigma is None else self.sigma
        return {
            **over_responses(**rows, **numbers).formal(),
            "gradient": lambda i, o, t: gradient[o][i],
            "w": lambda i: w[i],
            "i": self.i,
            "Coordinate": range(len(w)),
            "Real": [arb(0)],
        }

    def shown(self) -> dict[str, str]:
        named = ("pi", "reward", "length", "gradient", "delta", "w")
        return {name: text(getattr(self, name)) for name in named}


TWO_TOKENS = Gradients()
"""Coordinate 0 of the gap is 3; Dr. GRPO has 9/16, GRPO 3 sqrt(3)/8."""

COUNTERS = counters(
    STATEMENT,
    {
        "Dr. GRPO divided by the length": TWO_TOKENS,
        "GRPO not divided": TWO_TOKENS,
        "GRPO with the variance": TWO_TOKENS,
        # half of the probability is missing: sigma^2 = 5/32, not 3/16
        "drop normalised": Gradients(pi=(QUARTER, QUARTER), delta=Fraction(25, 6)),
        "drop binary": Gradients(reward=(1, HALF), delta=2),
        "drop spread": Gradients(sigma=1),
        "drop one_length": Gradients(length=(1, 2)),
        "drop direction": Gradients(delta=1),
        "drop unit": Gradients(delta=5 * HALF, w=(Fraction(6, 5), Fraction(8, 5))),
    },
)
