"""Several prompts, one update. `normalised` is not needed.

The proof sums log E+[e^X] >= E+[X] over the prompts and never asks what the weights sum to.
"""

from numeric.checks._prelude import *
from numeric.checks._instances import logistic, text
from numeric.checks._trajectory import MOST_LOG_ODDS, draw_direction
from numeric.core.policies import LogLinear, NonlinearLogits, Policy
from numeric.core.step import StepMeasurement, gradient_gap, measure_step
from theory.statements.multi_prompt import STATEMENT


def draw_prompts(
    rng: Generator, log_odds: LogOdds = None
) -> tuple[Array, list[StepMeasurement], arb, arb]:
    """Shares, updates, L and eta: two to four prompts share theta; ``log_odds`` is that of the
    first. Some shares are 0."""
    d, count = int(rng.integers(1, 5)), int(rng.integers(2, 5))
    theta = rng.normal(size=d)
    targets = rng.uniform(-MOST_LOG_ODDS, MOST_LOG_ODDS, size=count)
    targets[0] = targets[0] if log_odds is None else log_odds
    prompts = [draw_prompt(rng, theta, float(target)) for target in targets]
    share = rng.exponential(size=count)
    share[1:] *= rng.integers(0, 2, size=count - 1)
    policy, reward = prompts[0]
    w = draw_direction(rng, gradient_gap(policy, theta, reward).gap, first=False)
    L = max(policy.constants().L for policy, _ in prompts)
    eta = float(10 ** rng.uniform(-6, 1)) / float(np.sqrt(L))
    with ball_precision():
        steps = [measure_step(p, to_balls(theta), w, eta, r) for p, r in prompts]
        return to_balls(share), steps, arb(L), arb(eta)


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    shares, steps, L, eta = draw_prompts(rng, log_odds)
    with ball_precision():
        objective = sum((a * s.J.log() for a, s in zip(shares, steps, strict=True)), arb(0))
        gain = sum((a * s.log_J_ratio for a, s in zip(shares, steps, strict=True)), arb(0))
        slope = sum((a * s.mean_plus for a, s in zip(shares, steps, strict=True)), arb(0))
        return {
            "A": shares.sum(),
            "objective": objective,
            "objective_next": objective + gain,
            "slope": slope,
            "L": L,
            "eta": eta,
        }


def draw_prompt(rng: Generator, theta: Array, log_odds: float) -> tuple[Policy, Array]:
    """A policy and rewards of one prompt, with the given log odds of success at theta (d,)."""
    n, d, scale = int(rng.integers(2, 6)), len(theta), 10 ** rng.uniform(-1, 1)
    reward = rng.permutation((np.arange(n) < rng.integers(1, n)).astype(np.float64))
    features, units = scale * rng.normal(size=(n, d)), rng.normal(size=(2, d))
    mixing, linear = scale * rng.normal(size=(n, 2)), rng.uniform() < 0.5

    def build(shift: float) -> Policy:
        offsets = shift * reward
        return LogLinear(features, offsets) if linear else NonlinearLogits(mixing, units, offsets)

    now = gradient_gap(build(0.0), theta, reward).log_odds
    return build(log_odds - now), reward


@dataclass(frozen=True)
class Prompts:
    """Prompts with the same line, and a weight for each."""

    line: Line = FAIR
    reward: Numbers = (1, 0)
    share: Numbers = (1,)
    eta: Number = 1
    L: Number = QUARTER

    def formal(self) -> dict[str, Any]:
        found = Instance(self.line, self.eta, self.L, reward=self.reward).formal()
        alike = {name: found[name] for name in ("logp", "score", "r")}
        return {
            **found,
            **{name: lambda q, *rest, f=f: f(*rest) for name, f in alike.items()},
            "share": lambda q: ball(self.share[q]),
            "Prompt": range(len(self.share)),
        }

    def shown(self) -> dict[str, str]:
        found = Instance(self.line, self.eta, self.L, reward=self.reward).shown()
        return {**found, "share": text(self.share)}


TENTH = Fraction(1, 10)
UNSOLVED = logistic(
    lambda t: (t + ball(TENTH)) * (t + ball(TENTH)) + ball(TENTH**2),
    lambda t: 2 * (t + ball(TENTH)),
)
"""With rewards 1 and -1, J = tanh(g/2) for g = (t + 1/10)^2 + 1/100: positive, small at 0; for
t <= 1, |s'| <= g'' + g'^2/4 <= 2 + 1.21 < 4 = L."""

COUNTERS = counters(
    STATEMENT,
    {
        "half the curvature": Prompts(eta=TENTH),
        "curvature not weighted": Prompts(share=(1, 2), eta=TENTH),
        "sign flipped": Prompts(reward=(0, 1)),
        # a score changes by 9 (J(t) - J(0)) <= 9 t/4 = L t
        "drop differentiable": Prompts(FAIR.misreported(9), L=Fraction(9, 4)),
        "drop smooth": Prompts(L=TINY),
        "drop verifiable": Prompts(UNSOLVED, (1, -1), L=4),
        "drop solvable": Prompts(reward=(0, 0)),
        "drop shares": Prompts(share=(-1,), L=1),
        "drop forward": Prompts(eta=-1, L=TINY),
    },
)

WITHOUT = {"normalised": Prompts(FADING)}
