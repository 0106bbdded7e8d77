"""The control with equal rewards. `nonempty` is not needed: the tokens are there."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from flint import arb

from numeric.checks._base import BITS, Counter
from numeric.checks._instances import Number, ball
from numeric.checks._softmax import Counters, Table, Tokens, broken_by, draw_tokens, listed
from numeric.core.balls import ball_precision, midpoints, to_balls
from theory.evaluate import Values
from theory.statements.binary_control import STATEMENT


def values(start: Tokens, steps: Sequence[arb], moves: bool = True) -> dict[str, Any]:
    """The trajectory under its formal names; K is its last step. Unless it ``moves``, only the best
    token's logit rises, by 1 a step."""
    with ball_precision(start.bits + BITS * len(steps)):
        path = [start]
        for step in steps:
            here = replace(path[-1], step_size=step)
            jump = np.array([arb(int(o == start.best)) for o in range(start.n)], dtype=object)
            after = here.moved() if moves else replace(here, logits=here.logits + jump)
            path.append(after)
        p = [tokens.probabilities() for tokens in path]
    r = start.rewards
    return {
        "one": arb(1),
        "Response": range(start.n),
        "Nat": range(len(steps)),
        "K": len(steps),
        "best": start.best,
        "good": start.good,
        "r": lambda o: r[o],
        "eta": lambda k: steps[int(float(k))],
        "logit": lambda k, o: path[int(float(k))].logits[o],
        "p": lambda k, o: p[int(float(k))][o],
    }


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """A few steps of any length; two tokens share the highest reward, the likelier one is good."""
    tokens = draw_tokens(rng, log_odds, least=3)
    logits = midpoints(tokens.logits)
    pair = sorted((tokens.best, tokens.good), key=lambda o: logits[o])
    with ball_precision(BITS):
        rewards = tokens.rewards * arb(9) / 10  # something must move
    rewards[pair] = arb(1)
    start = replace(tokens, rewards=rewards, best=pair[0], good=pair[1])
    steps = to_balls(10 ** rng.uniform(-3, 2, size=int(rng.integers(1, 6))))
    return values(start, list(steps))


def instance(
    table: Table, note: str, drop: str | None = None, step: Number = 1, moves: bool = True
) -> partial[Counter]:
    return partial(_counter, table, note, drop, step, moves)


def _counter(table: Table, note: str, drop: str | None, step: Number, moves: bool) -> Counter:
    """Two steps; ValueError if a hypothesis but ``drop`` is broken."""
    with ball_precision(BITS):
        found = values(table.tokens(), [ball(step)] * 2, moves)
    broken = broken_by(STATEMENT, found)
    if broken != ({drop} if drop else set()):
        raise ValueError(f"binary_control: the instance breaks {sorted(broken)}, not {drop}")
    kept = [h.name for h in STATEMENT.hypotheses if h.name != drop]
    return Counter(
        values=found,
        holds=dict.fromkeys(kept, "evaluated at both steps, not refuted"),
        note=note,
        parameters={
            "p ~": listed(table.weights),
            "rewards": listed(table.rewards),
            "eta": str(step),
        },
    )


CONTROL = Table((1, 4, 1), (1, 1, 0))
"""Best 1/6, good 4/6, bad 1/6."""

COUNTERS: Counters = {
    "the best token gains": instance(CONTROL, "the good token moves four times as much"),
    "the ratio halves": instance(CONTROL, "two steps of 1 change the ratio by a few per cent"),
    "drop top": instance(
        Table((1, 1, 1), (1, 0, 0)), "equally likely, and only the best is rewarded", "top"
    ),
    "drop rare": instance(Table((4, 1, 1), (1, 1, 0)), "the likelier token gains", "rare"),
    "drop forward": instance(CONTROL, "steps back", "forward", -1),
    "drop updated": instance(CONTROL, "only the best logit moves", "updated", 1, False),
}
