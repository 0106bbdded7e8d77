"""Laws of derivatives along a direction, of the safe steps they predict, and of harmful steps."""

import math
from dataclasses import replace

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from gpu_checks import model, noise, tasks
from gpu_checks.algorithms import algorithm
from gpu_checks.exact import curvature, exact
from gpu_checks.exact import training as exact_training
from gpu_checks.exact.curvature import KINDS, MEAN, TOKEN, TRAJECTORY
from gpu_checks.exact.exact import Violated
from theory.evaluate import comparisons
from theory.statements import token_eta_safe

RULES = [algorithm(name) for name in ("dr-grpo", "grpo", "grpo-n")]


@pytest.fixture(scope="module")
def problem():
    """Two prompts of one bit; 40 responses of at most 3 tokens."""
    prompts = torch.tensor([[2, 1], [3, 1]])
    return exact.problem(tasks.task("copy", 2), 1, prompts, width=8, layers=2, heads=2)


@pytest.fixture(scope="module")
def point(problem):
    n = problem.architecture.size
    normals = noise.normals(noise.keys(3, 1), shape=(n,)).expand(3, -1)
    theta = model.initial(problem.architecture, normals) + 0.1 * normals
    return exact.look(problem, theta, RULES)


@pytest.fixture(scope="module")
def walked(problem, point):
    return curvature.explored(problem, point, point.direction)


@pytest.fixture(scope="module")
def predicted(problem, point, walked):
    return curvature.predictions(problem, point, walked)


def violation(problem, point, walk):
    """Name of the first claim that fails, or None."""
    try:
        exact_training.check(problem, point, walk)
    except Violated as violated:
        return violated.name
    return None


# -- derivatives -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_curvatures_are_those_of_reverse_mode(problem, point):
    """w . hess log pi(o) . w by two backward passes, each response by itself."""
    theta, w, t = point.theta[:1], point.direction[:1], torch.tensor([0.05]).double()
    value, first, second = curvature.jets(problem, theta, w, t)
    leaf = t.clone().requires_grad_()
    parts = model.unpack(theta + leaf[:, None] * w, problem.architecture)
    with sdpa_kernel(SDPBackend.MATH):
        table = exact.token_table(problem, parts)
    assert (table - value).abs().max() < 1e-13
    log_pi = exact.of_responses(problem, table)
    found = [exact.of_responses(problem, x) for x in (first, second)]
    for q in range(2):
        for o in range(0, log_pi.shape[-1], 3):
            (slope,) = torch.autograd.grad(log_pi[0, q, o], leaf, create_graph=True)
            (bend,) = torch.autograd.grad(slope[0], leaf, retain_graph=True)
            assert found[0][0, q, o].item() == pytest.approx(slope.item(), rel=1e-10, abs=1e-11)
            assert found[1][0, q, o].item() == pytest.approx(bend.item(), rel=1e-9, abs=1e-9)


def test_derivatives_are_limits_of_differences(problem, point):
    """A central difference D(h) is off by c h^2 + O(h^4), of which (D(2h) - D(h))/3 is an estimate,
    and by rounding: 2u |f|/h the first one, 4u |f|/h^2 the second one."""
    h = 2e-4

    def table(at):
        moved = model.unpack(point.theta + at * point.direction, problem.architecture)
        return exact.token_table(problem, moved)

    middle, ends = table(0.0), {k: (table(k * h), table(-k * h)) for k in (1, 2)}
    first = [(up - down) / (2 * k * h) for k, (up, down) in ends.items()]
    second = [(up - 2 * middle + down) / (k * h) ** 2 for k, (up, down) in ends.items()]
    found = curvature.jets(problem, point.theta, point.direction, torch.zeros(3).double())
    u = exact.budget(problem, found[0]).max()
    for jet, (D, wider), rounding in (
        (found[1], first, 2 * u / h),
        (found[2], second, 4 * u / h**2),
    ):
        error = (wider - D).abs().max() / 3
        assert 0 < rounding < error < 1e-2 * jet.abs().max(), "small, and not hidden by rounding"
        assert ((jet - D).abs() <= rounding + 1.1 * error).all()
        assert ((jet - (4 * D - wider) / 3).abs() <= rounding + 0.1 * error).all()


def test_a_run_in_a_stack_and_a_point_in_a_grid_are_walked_as_if_alone(problem, point, walked):
    for r, k in ((0, 5), (1, 17), (2, -1)):
        alone = exact.look(problem, point.theta[r : r + 1], RULES[r : r + 1])
        t = walked.t[r : r + 1, k : None if k == -1 else k + 1]
        row = curvature.walk(problem, alone.theta, alone.direction, t)
        for name in ("curvature", "token_curvature", "log_odds"):
            expected = getattr(walked, name)[r, k]
            assert (getattr(row, name)[0, 1] - expected).abs().max() < 1e-8 * expected.abs().max()


def test_a_walk_measures_what_it_says(problem, point, walked):
    assert (walked.t.diff(dim=1) >= 0).all() and (walked.t[:, 0] == 0).all()
    before = exact.log_probabilities(problem, point.theta)
    for k in (4, 20, -1):
        moved = point.theta + walked.t[:, k, None] * point.direction
        after = exact.log_probabilities(problem, moved)
        X = after - before
        remainder = (X - walked.t[:, k, None, None] * walked.score).abs().amax((1, 2))
        assert (walked.remainder[:, k] - remainder).abs().max() < 1e-12
        odds = exact.log_odds(after, problem.rewards)
        assert (walked.log_odds[:, k] - odds).abs().max() < 1e-13
        assert (walked.change[:, k] - odds + point.exact.log_odds).abs().max() < 1e-13
    reached = walked.curvature.flatten(2).amax(-1)
    assert (walked.largest[:, -1] == reached.amax(-1)).all()
    assert (walked.largest.diff(dim=1) >= 0).all() and (walked.token_largest.diff(dim=1) >= 0).all()
    most = walked.token_largest * problem.longest
    assert (walked.largest <= most * (1 + 1e-12)).all(), "L <= L_p T"


# -- predictions -----------------------------------------------------------------------------------


def test_every_claim_holds_on_the_walk(problem, point, walked):
    assert violation(problem, point, walked) is None


@pytest.mark.slow
def test_predictions_are_the_thresholds_of_their_own_segments(problem, point, predicted):
    """By hand on an even grid: the last point below the threshold that its own constants give."""
    w = point.direction
    for kind, found in predicted.items():
        t = found[:, None] * torch.linspace(0.02, 1.5, 75, dtype=torch.float64)
        even = curvature.walk(problem, point.theta, w, t)
        S = curvature.thresholds(problem, point, even)[kind]
        for r in range(3):
            below = even.t[r][even.t[r] < S[r]].max().item()
            assert found[r].item() <= below * 1.025, "no larger, but for the grid"
            assert found[r].item() >= below * 0.96, "and not much smaller"


def test_thresholds_are_what_the_formulas_say(problem, point, walked):
    """Written out once more, for the one place where a slip would weaken every check."""
    S = curvature.thresholds(problem, point, walked)
    found, r, k, T = point.exact, 1, 20, problem.longest
    J, F = found.success_rate[r].item(), found.failure_rate[r].item()
    gap = (point.direction[r] @ point.gap[r]).item()
    more = 1 + curvature.RESOLVED
    L, G = more * walked.largest[r, k].item(), walked.score[r].abs().max().item()
    expected = max(2 * F * gap / L, 2 * J * gap / (L + G**2), gap / (L + G**2 / 2))
    assert S[TRAJECTORY][r, k].item() == pytest.approx(expected, rel=1e-10)
    worst = walked.curvature[r, : k + 1].amax(0)
    mean = more * (found.plus[r] * worst).sum().item()
    assert S[MEAN][r, k].item() == pytest.approx(2 * F * gap / mean, rel=1e-10)
    L, G = more * walked.token_largest[r, k].item(), walked.token_score[r].item()
    norm = found.length_norm[r].item()
    moment = gap / (L * T + 4 * (2**0.25 - 1) * G**2 * norm / F)
    moderate = min(moment, 1 / (2 * G * math.sqrt(norm)))
    longer = replace(found, length_plus=found.length_plus * 1e9)
    for lengths, fourth in ((found, False), (longer, True)):
        arms = (
            2 * F * gap / (L * lengths.length_plus[r].item()),
            2 * J * gap / (L * T + (G * T) ** 2),
            gap / (L * T + (G * T) ** 2 / 2),
        )
        assert (moderate > max(arms)) == fourth, "each side of the maximum is looked at"
        S = curvature.thresholds(problem, replace(point, exact=lengths), walked)
        assert S[TOKEN][r, k].item() == pytest.approx(max(*arms, moderate), rel=1e-10)


def test_the_short_steps_of_lemma_2_are_those_below_the_root(problem, point, walked):
    """min(moment, short) is the largest eta of MODERATE, the fourth arm of token_eta_safe."""
    numbers = curvature.values(problem, point, walked, TOKEN)
    numbers = {**numbers, "length_plus": torch.full((3, 1), 1e9).double()}
    numbers |= {name: numbers[name][1:2, -1:] for name in ("eta", "L")}
    numbers |= {name: numbers[name][1:2] for name in ("J", "F", "gap", "G", "T", "T_psi")}
    one = {**numbers, "eta": torch.ones(1, 1).double()}
    short = comparisons(curvature.lemma_2_sharp.SHORT.formula, one)[0]
    root = (short.right / short.left).sqrt().item()
    for eta, holds in ((root * (1 - 1e-9), True), (root * (1 + 1e-9), False)):
        at = {
            **numbers,
            "eta": torch.full((1, 1), eta, dtype=torch.float64),
            "gap": torch.tensor([[1e9]]),
        }
        sides = comparisons(token_eta_safe.MODERATE, at)
        assert all(bool(s.left <= s.right) for s in sides) == holds


def test_a_direction_without_a_gap_has_no_safe_step(problem, point):
    against = curvature.explored(problem, point, -point.direction)
    found = curvature.predictions(problem, point, against)
    assert all((x == 0).all() for x in found.values())
    assert violation(problem, point, against) is None, "the two-sided claims hold there too"


def test_a_curvature_that_is_all_rounding_gives_no_long_step(problem, point, walked):
    """As where J is 1 but for 10^-20, and the correct responses have measured curvature 0."""
    sure = replace(point.exact, failure_rate=torch.full((3,), 1e-20, dtype=torch.float64))
    flat = torch.where(problem.rewards > 0, 0.0, walked.curvature)
    planted = replace(walked, curvature=flat)
    S = curvature.thresholds(problem, replace(point, exact=sure), planted)[MEAN]
    assert (S > 0).all() and (S < 1e-6).all()


# -- planted violations ----------------------------------------------------------------------------


def test_a_wrong_gap_is_found(problem, point, walked):
    for planted in (-point.gap, point.gap * (1 + 1e-9), point.gap * math.nan):
        assert violation(problem, replace(point, gap=planted), walked) == "gap"


@pytest.mark.parametrize("name", ["curvature", "token_curvature"])
@pytest.mark.parametrize("factor", [0.5, math.nan])
def test_half_of_a_curvature_is_found(problem, point, walked, name, factor):
    planted = replace(walked, **{name: getattr(walked, name) * factor})
    assert violation(problem, point, planted) == "smoothness_remainder"


def test_each_claim_is_found_to_fail(problem, point, walked):
    """Measured numbers that contradict one claim: log odds that rise too fast, or fall."""
    resting = replace(walked, remainder=walked.remainder * 0, token_remainder=walked.remainder * 0)
    flipped = replace(resting, score=-walked.score)
    turned = replace(point, gap=-point.gap)
    assert violation(problem, turned, flipped) == "sharp_step"
    straight = replace(resting, curvature=resting.curvature * 1e3)
    assert violation(problem, turned, replace(straight, score=-walked.score)) == "token_sharp_step"
    gentle = replace(resting, token_curvature=resting.token_curvature * 1e3)
    falling = gentle.log_odds.clone()
    falling[:, 1:] -= 2 * gentle.slack[:, 1:] + gentle.change[:, 1:]
    names = set()
    for L in (1.0, 1e-3):
        bent = replace(gentle, log_odds=falling, curvature=gentle.curvature * L)
        names.add(violation(problem, point, bent))
    assert names & {*KINDS.values(), "sharp_step"} and None not in names


def test_j_falling_below_the_safe_step_is_found(problem, point, walked):
    """Only the third prediction says that J rises there: the sharp inequality allows the fall."""
    S = curvature.thresholds(problem, point, walked)
    between = (walked.t < S[MEAN]) & (walked.t > S[TRAJECTORY]) & (walked.t > S[TOKEN])
    assert between.any()
    odds = torch.where(between, walked.log_odds[:, :1] - 1e-9, walked.log_odds)
    assert violation(problem, point, replace(walked, log_odds=odds)) == KINDS[MEAN]


def test_a_rise_that_is_smaller_than_the_claim_says_is_found(problem, point, walked):
    """J rises everywhere, and by more than one curvature for all responses promises."""
    S = curvature.thresholds(problem, point, walked)
    between = (walked.t < 0.9 * S[MEAN]) & (walked.t > S[TRAJECTORY]) & (walked.t > S[TOKEN])
    assert between.any()
    odds = torch.where(between, walked.log_odds[:, :1] + 1e-9, walked.log_odds)
    assert violation(problem, point, replace(walked, log_odds=odds)) == "mean_curvature_step"


@pytest.mark.slow
def test_a_grid_that_is_too_coarse_is_halved(problem, point, walked, monkeypatch):
    """A walk that has lost most of its curvature: found, and mended by halving."""
    t = walked.t.amax(-1, keepdim=True) * torch.tensor([0.25, 0.5, 0.75, 1.0]).double()
    coarse = curvature.walk(problem, point.theta, point.direction, t)
    planted = replace(coarse, curvature=coarse.curvature * 0.01)
    with pytest.raises(Violated, match="smoothness_remainder"):
        curvature.require_remainders(planted)
    once = curvature.halved(problem, point, planted, torch.tensor([True, False, True]))
    assert once.t.shape[1] == 2 * coarse.t.shape[1] - 1
    assert (once.t[:, ::2] == coarse.t).all() and (once.t[1, 1::2] == coarse.t[1, 1:]).all()
    assert (once.t[0].diff() > 0).all() and (once.t[2].diff() > 0).all()
    grown = curvature.moved(problem, point, planted, once)
    assert grown.tolist() == [True, False, True]
    shorter = curvature.walk(problem, point.theta, point.direction, coarse.t[:, 1:] / 4)
    mended = curvature.fine(problem, point, shorter)
    assert mended.t.shape[1] > 2 * coarse.t.shape[1]
    assert violation(problem, point, mended) is None
    monkeypatch.setattr(curvature, "HALVINGS", 1)
    with pytest.raises(Violated, match="finer grid"):
        curvature.fine(problem, point, shorter)


# -- harmful steps ---------------------------------------------------------------------------------


def search(problem, point, predicted):
    every = torch.stack([*predicted.values()])
    return exact_training.observed(problem, point, point.direction, every.amin(0), every.amax(0))


def test_the_smallest_harmful_step_is_above_every_prediction(problem, point, predicted):
    found = search(problem, point, predicted)
    exact_training.require_above(found, predicted)
    assert found.isfinite().any()
    for r in found.isfinite().nonzero()[:, 0].tolist():
        just = found[r] * torch.tensor([1 - 1e-3, 1.0]).double()
        theta, w = point.theta[r : r + 1], point.direction[r : r + 1]
        odds, _ = exact_training.log_odds_at(problem, theta, w, just[None])
        assert odds[0, 0] > point.exact.log_odds[r] > odds[0, 1], "J rises before it, falls at it"
        even = torch.linspace(0, 1, 200, dtype=torch.float64)[None, 1:-1] * just[0]
        odds, _ = exact_training.log_odds_at(problem, theta, w, even)
        assert (odds > point.exact.log_odds[r]).all(), "and nowhere below"


def test_a_harmful_step_below_a_prediction_is_found(predicted):
    for kind, safe in predicted.items():
        exact_training.require_above(safe, {kind: safe})
        for planted in (safe * (1 - 1e-12), safe * math.nan):
            with pytest.raises(Violated, match="no step below the safe one") as caught:
                exact_training.require_above(planted, {kind: safe})
            assert caught.value.name == KINDS[kind]


def test_where_no_step_is_harmful_none_is_found(problem, point):
    least = torch.full((3,), 1e-6, dtype=torch.float64)
    found = exact_training.observed(problem, point, point.direction, least, least)
    assert (found == torch.inf).all(), "up to a thousandth, J rises"
    against = exact_training.observed(problem, point, -point.direction, least, least)
    assert against.tolist() == (least / 2).tolist(), "against the gap the first step is harmful"
