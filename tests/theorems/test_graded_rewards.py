"""The one-step claims ask only that rewards lie in [0, 1]: they hold for graded rewards as well."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from numeric.checks._base import BITS, check, check_hypotheses
from numeric.checks._step import draw, from_definitions, with_step_below
from numeric.core.balls import ball_precision, largest, to_balls
from theory.evaluate import Values
from theory.statements import STATEMENTS

SLUGS = (
    "normalisation",
    "score_mean_zero",
    "alignment_decomposition",
    "log_success_step",
    "sharp_step",
    "mean_curvature_step",
    "lemma_1_sharp",
    "lemma_1",
    "eta_safe",
)
LEAST, MOST = 0.01, 0.99  # so that 1 - J loses no digits, whatever the update does


@cache
def graded(seed: int, range_of_rewards: tuple[float, float] = (LEAST, MOST)) -> Values:
    """One update with rewards drawn from a range, every number from its definition."""
    rng = np.random.default_rng(seed)
    step = with_step_below(rng, draw(rng, 0.0), lambda L: min(10.0, 1 / (2 * np.sqrt(L))))
    reward = rng.uniform(*range_of_rewards, size=step.policy.n)
    with ball_precision(2 * BITS):
        theta, w = to_balls(step.theta), to_balls(step.w)
        score, logp = step.policy.scores(theta) @ w, step.policy.log_probs(theta)
        rewards = to_balls(reward)
        values = from_definitions(logp, step.policy.log_probs(theta + step.eta * w), score, rewards)
        eta, L = to_balls(np.array([step.eta, step.smoothness]))
        weighted = np.exp(logp) * to_balls(step.curvatures)
        means = {
            "curvature_plus": (rewards * weighted).sum() / values["J"],
            "curvature_minus": ((1 - rewards) * weighted).sum() / values["F"],
        }
        return {**values, **means, "eta": eta, "L": L, "G": largest(abs(score))}


@pytest.mark.slow
@pytest.mark.parametrize(
    "slug", [pytest.param(s, id=s, marks=pytest.mark.claim(s, aspect="other")) for s in SLUGS]
)
def test_holds_for_graded_rewards(slug: str) -> None:
    statement, decided = STATEMENTS[slug], 0

    for seed in range(40):
        values = graded(seed)
        given_here = check_hypotheses(statement, values).values()
        if all(c.holds for checks in given_here for c in checks):
            for one in check(statement, values):
                assert one.holds is not False
                assert one.holds or one.relation == "eq"
            decided += 1
        if decided == 8:
            break

    assert decided >= 5


def test_a_reward_of_two_breaks_the_sharp_step() -> None:
    sharp = STATEMENTS["sharp_step"]
    found = (check(sharp, graded(seed, (0.0, 2.0))) for seed in range(300))
    assert any(one.holds is False for checks in found for one in checks)
