"""The control with equal rewards. `nonempty` is not needed: the tokens are there."""

from numeric.checks._prelude import *
from numeric.checks._softmax import Table, Tokens, draw_tokens
from theory.statements.binary_control import STATEMENT


@dataclass(frozen=True, eq=False)
class Control:
    """The tokens of each step, of these sizes; K is the last step."""

    path: list[Tokens]
    steps: list[arb]

    def formal(self) -> dict[str, Any]:
        return {
            **self.path[0].formal(),
            "Nat": range(len(self.steps)),
            "K": len(self.steps),
            "eta": lambda k: self.steps[k],
            "logit": lambda k, o: self.path[k].logits[o],
        }


def walk(start: Tokens, steps: list[arb], moves: bool = True) -> Control:
    """Unless it ``moves``, only the best token's logit rises, by 1 a step."""
    path = [start]
    jump = np.array([arb(int(o == start.best)) for o in range(start.n)], dtype=object)
    for size in steps:
        here = replace(path[-1], step_size=size)
        path.append(here.moved() if moves else replace(here, logits=here.logits + jump))
    return Control(path, steps)


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """A few steps of any length; two tokens share the highest reward, the likelier one is good."""
    tokens = draw_tokens(rng, log_odds, least=3)
    logits = midpoints(tokens.logits)
    pair = sorted((tokens.best, tokens.good), key=lambda o: logits[o])
    with ball_precision(BITS):
        rewards = tokens.rewards * arb(9) / 10  # something must move
    rewards[pair] = arb(1)
    start = replace(tokens, rewards=rewards, best=pair[0], good=pair[1])
    steps = list(to_balls(10 ** rng.uniform(-3, 2, size=int(rng.integers(1, 6)))))
    with ball_precision(start.bits + BITS * len(steps)):
        values = with_abbreviations(STATEMENT, walk(start, steps).formal())
        _ = [values["p"](k, o) for k in range(values["K"] + 1) for o in range(start.n)]
    return values


@dataclass(frozen=True)
class TwoSteps(Table):
    """A table before two steps of size eta."""

    moves: bool = True

    def formal(self) -> dict[str, Any]:
        return walk(self.tokens(), [ball(self.eta)] * 2, self.moves).formal()


CONTROL = TwoSteps((1, 4, 1), (1, 1, 0))
"""Best 1/6, good 4/6, bad 1/6."""

COUNTERS = counters(
    STATEMENT,
    {
        "the best token gains": CONTROL,
        "the ratio halves": CONTROL,
        "drop top": TwoSteps((1, 1, 1), (1, 0, 0)),
        "drop rare": replace(CONTROL, weights=(4, 1, 1)),
        "drop forward": replace(CONTROL, eta=-1),
        "drop updated": replace(CONTROL, moves=False),
    },
)
