"""The second stage at every step. `nonempty` and `unfinished` are not needed: the tokens are there,
and a mean that is above every reward but one is below that one."""

from numeric.checks._prelude import *
from numeric.checks._softmax import Table, draw_tokens
from numeric.checks.binary_control import Control, walk
from theory.statements.exploration_lasts import STATEMENT


@dataclass(frozen=True, eq=False)
class Lasting(Control):
    """The last step but one is looked at."""

    def formal(self) -> dict[str, Any]:
        found = super().formal()
        return {**found, "K": found["K"] - 1}


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """The best token has reward 1, all others less than p(best) <= V; a few steps of any length."""
    tokens = draw_tokens(rng, log_odds)
    with ball_precision(tokens.bits):
        rewards = to_balls(rng.uniform(0, 0.999, size=tokens.n))
        rewards = rewards * tokens.probabilities()[tokens.best]
    rewards[tokens.best] = arb(1)
    start = replace(tokens, rewards=rewards)
    sizes = list(to_balls(10 ** rng.uniform(-3, 1, size=int(rng.integers(2, 5)))))
    with ball_precision(start.bits + BITS * len(sizes)):
        walked = walk(start, sizes)
        values = with_abbreviations(STATEMENT, Lasting(walked.path, walked.steps).formal())
        _ = [values["p"](k, o) for k in (values["K"], values["K"] + 1) for o in range(start.n)]
        _ = [values["V"](k) for k in (values["K"], values["K"] + 1)]
    return values


@dataclass(frozen=True)
class ThreeSteps(Table):
    """A table before three steps of size eta."""

    moves: bool = True

    def formal(self) -> dict[str, Any]:
        walked = walk(self.tokens(), [ball(self.eta)] * 3, self.moves)
        return Lasting(walked.path, walked.steps).formal()


SECOND = ThreeSteps((8, 1, 1), (1, Fraction(4, 5), 0))
"""p = 8/10, 1/10 and 1/10: V = 22/25."""


@dataclass(frozen=True)
class Sinking(ThreeSteps):
    """Logits that move away from the best token, as no update does."""

    def formal(self) -> dict[str, Any]:
        found = super().formal()
        start = found["logit"]
        return {**found, "logit": lambda k, o: start(0, o) - (arb(k) if o == 0 else arb(0))}


COUNTERS = counters(
    STATEMENT,
    {
        "the best token falls": SECOND,
        "the good token gains": SECOND,
        "the mean reward falls": SECOND,
        "drop passed": replace(SECOND, weights=(1, 8, 1)),
        "drop moves": replace(SECOND, eta=-1),
        "drop other": replace(SECOND, good=0),
        "drop updated": Sinking((8, 1, 1), (1, Fraction(4, 5), 0)),
    },
)
