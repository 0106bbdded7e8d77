"""Groups of sampled responses, with every outcome of the draw listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np
from flint import arb

from numeric.checks._base import BITS, Model, drawn
from numeric.checks._instances import (
    Instance,
    Number,
    Tables,
    ball,
    log_linear,
    over_responses,
    text,
)
from numeric.core.balls import Array, ball_precision, log_sum_exp, to_balls
from theory.kernel.statement import Statement

Outcome = tuple[int, ...]
"""The response that each member is."""
Law = Mapping[Outcome, Number]
Rule = Callable[[Sequence[arb]], list[arb]]
"""From the rewards of a group to the advantages of its members."""
MOST = 64
"""Outcomes of a random group."""


def spread(rewards: Sequence[arb]) -> arb:
    """p (1 - p) for the mean p."""
    p = sum(rewards, arb(0)) / max(len(rewards), 1)
    return p * (1 - p)


def centred(rewards: Sequence[arb]) -> list[arb]:
    """Dr. GRPO: minus the mean of the group."""
    return [r - sum(rewards, arb(0)) / len(rewards) for r in rewards]


def standardised(rewards: Sequence[arb]) -> list[arb]:
    """GRPO: over sqrt(p (1 - p)) as well; 0 where that is 0."""
    deviation = spread(rewards).sqrt()
    return [arb(0) if deviation == 0 else a / deviation for a in centred(rewards)]


def raw(rewards: Sequence[arb]) -> list[arb]:
    """No baseline."""
    return list(rewards)


@dataclass(frozen=True)
class Drawn:
    """``n`` independent draws from a policy, or any other law of the outcomes; an outcome that
    ``law`` does not list is impossible. A response is reported as ``seen``."""

    policy: Model
    n: int
    rule: Rule = centred
    law: Law | None = None
    seen: Mapping[int, int] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    def formal(self) -> dict[str, Any]:
        found = self.policy.formal()
        responses, r = found["Response"], found["r"]
        pi = [arb(found["logp"](o, arb(0))).exp() for o in responses]
        law = {z: prod((pi[o] for o in z), start=arb(1)) for z in product(responses, repeat=self.n)}
        if self.law is not None:
            law = {z: ball(x) for z, x in self.law.items()}
        rewards = [arb(r(o)) for o in responses]

        def weights(z: Outcome) -> list[arb]:
            return self.rule([rewards[o] for o in z])

        def beside(z: Outcome, a: int) -> Outcome:
            return z[:a] + z[a + 1 :]

        def given(reward: arb, b: int, a: int, x: Outcome) -> arb:
            rest = [rewards[o] for o in x]
            return self.rule([*rest[:a], reward, *rest[a:]])[b]

        def raised(b: int, a: int, x: Outcome) -> arb:
            return given(arb(1), b, a, x)

        def lowered(b: int, a: int, x: Outcome) -> arb:
            low = next((y for y in rewards if y != 1), arb(0))
            return (given(low, b, a, x) - low * raised(b, a, x)) / (1 - low)

        return {
            **found,
            "Outcome": list(law),
            "Member": range(self.n),
            "Others": list(product(responses, repeat=max(self.n - 1, 0))),
            "law": lambda z: law[z],
            "draw": lambda z, a: self.seen.get(z[a], z[a]),
            "hit": lambda z, a, o: arb(z[a] == o),
            "same": lambda b, a: arb(a == b),
            "others": beside,
            "rest": lambda z, a, x: arb(beside(z, a) == x),
            "advantage": lambda z, a: weights(z)[a],
            "up": lambda a, x: raised(a, a, x),
            "down": lambda a, x: lowered(a, a, x),
            "raised": raised,
            "lowered": lowered,
            "deviation": lambda z: spread([rewards[self.seen.get(o, o)] for o in z]).sqrt(),
            **self.more,
        }

    def shown(self) -> dict[str, str]:
        shown: dict[str, str] = getattr(self.policy, "shown", dict)()
        found = {name: x for name, x in shown.items() if name in ("line", "reward")}
        found["n"] = text(self.n)
        if self.law is not None:
            found["law"] = "; ".join(f"{z}: {x}" for z, x in self.law.items())
        return found | ({"but": self.note} if self.note else {})


THIRD = Fraction(1, 3)
THREE = Instance(log_linear((THIRD, THIRD, THIRD), (2, 1, 0)), reward=(1, 1, 0))
"""Two right responses of scores 1 and 0, and a wrong one of score -1."""
TAKING_TURNS: Law = {(0, 2): THIRD, (2, 0): THIRD, (1, 1): THIRD}
"""Each member alone is as drawn from THREE; only the first response meets a wrong one."""


def draw_policy(rng: np.random.Generator, log_odds: float | None = None) -> Tables:
    """Two to four responses with any probabilities, rewards 0 and 1 of both kinds, and scores of
    mean zero."""
    m = int(rng.integers(2, 5))
    reward = rng.permutation((np.arange(m) < rng.integers(1, m)).astype(np.float64))
    with ball_precision(BITS):
        logits = to_balls(rng.normal(size=m) * 10 ** rng.uniform(-1, 1))
        for kind in (0, 1):
            logits[reward == kind] -= log_sum_exp(logits[reward == kind])
        logits[reward == 1] += arb(float(rng.uniform(-27, 27) if log_odds is None else log_odds))
        logp = logits - log_sum_exp(logits)
        score: Array = to_balls(rng.normal(size=m))
        score -= (np.exp(logp) * score).sum()
    return over_responses(logp=logp, score=score, r=to_balls(reward))


def draw_sampled(
    rng: np.random.Generator, log_odds: float | None = None, rule: Rule = centred
) -> Drawn:
    """Two responses or more from such a policy."""
    policy = draw_policy(rng, log_odds)
    most = int(np.log(MOST) / np.log(policy.sets["Response"]) + 1e-9)
    return Drawn(policy, int(rng.integers(2, most + 1)), rule)


def draw_rule(rng: np.random.Generator) -> Rule:
    """Any advantages with sum 0 that are told by the number of right responses; signs differ."""
    scale = rng.normal(size=MOST)

    def rule(rewards: Sequence[arb]) -> list[arb]:
        right = round(float(sum(rewards, arb(0)).mid()))
        return [arb(float(scale[right])) * a for a in centred(rewards)]

    return rule


def _meets_wrong(z: Outcome, a: int) -> arb:
    """1 for the first response beside a wrong one, minus 1 for that one; of THREE, n = 2."""
    return arb({(0, 2): 1, (2, 0): -1}.get((z[a], z[1 - a]), 0))


def favouring(group: Drawn) -> Drawn:
    """Advantages that tell the two right responses apart."""
    note = "the first right response has the advantage, and the second none"
    return replace(group, more={**group.more, "advantage": _meets_wrong}, note=note)


def knowing(group: Drawn) -> Drawn:
    """Advantages computed from "others" that are the whole outcome; the mark of these others is
    always that of the first outcome."""
    advantage = group.formal()["advantage"]
    told = {
        "Others": list(product(range(3), repeat=group.n)),
        "others": lambda z, a: z,
        "rest": lambda z, a, x: arb(not any(x)),
        **dict.fromkeys(("up", "down"), lambda a, z: advantage(z, a)),
        **dict.fromkeys(("raised", "lowered"), lambda b, a, z: advantage(z, b)),
    }
    return replace(group, more={**group.more, **told}, note="others = the whole outcome")


def blind(group: Drawn) -> Drawn:
    """Advantages that are said to be 0, whatever they are."""
    told = {
        "Others": [0],
        "others": lambda z, a: 0,
        "rest": lambda z, a, x: arb(1),
        "up": lambda a, x: arb(0),
        "down": lambda a, x: arb(0),
    }
    return replace(group, more={**group.more, **told}, note="up = down = 0")


def measured(statement: Statement, group: Model) -> dict[str, arb]:
    """The numbers that the claim speaks of."""
    values = drawn(statement, group)
    return {name: arb(x) for name, x in values.items() if isinstance(x, (int, arb))}
