"""Laws of what is measured in an update: statistics, entropies, gaps."""

import math
from dataclasses import replace

import pytest
import torch

from gpu_checks import algorithms, model, noise, train
from gpu_checks.algorithms import ALGORITHMS
from tests.gpu.small_training import (
    enumerated,
    initial,
    many,
    standard_errors,
    trained,
)

# -- what is measured ------------------------------------------------------------------------------


def a_batch(settings, rewards, responses=None):
    batch = train.draw(settings, initial(settings), 0, settings.prompts, settings.group)
    return replace(batch, rewards=torch.tensor(rewards, dtype=torch.float64))


def test_statistics_are_what_they_say(tiny):
    rewards = [
        [[1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1], [1, 1, 0, 0]],
        [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
    ]
    settings = tiny(seeds=(0, 1), step_sizes=(0.1, 0.1))
    batch = a_batch(settings, rewards)
    entropy = torch.where(
        model.written(batch.responses),
        noise.uniforms(noise.keys(0, 2), shape=batch.responses.shape[1:]),
        0.0,
    )
    found = train.statistics(batch, entropy)
    for r in range(2):
        lengths = batch.lengths[r].flatten().tolist()
        flat = [x for group in rewards[r] for x in group]
        right = [n for n, x in zip(lengths, flat, strict=True) if x]
        wrong = [n for n, x in zip(lengths, flat, strict=True) if not x]
        mean = sum(lengths) / 16
        expected = {
            "success": sum(flat) / 16,
            "homogeneous": (0.5, 1.0)[r],
            "failing": (0.25, 1.0)[r],
            "length": mean,
            "length_sd": math.sqrt(sum((n - mean) ** 2 for n in lengths) / 16),
            "length_correct": sum(right) / len(right) if right else math.nan,
            "length_wrong": sum(wrong) / len(wrong),
            "entropy": entropy[r].sum().item() / sum(lengths),
            "pass@2": ((0.5 + 0 + 1 + 5 / 6) / 4, 0.0)[r],
            "pass@4": (0.75, 0.0)[r],
        }
        assert {name: x[r].item() for name, x in found.items()} == pytest.approx(
            expected, nan_ok=True
        )


def test_the_entropy_of_what_is_drawn_is_that_of_the_policy_in_the_mean(tiny):
    """Entropies add up along a response to the entropy of the responses."""
    settings, theta = many(tiny(size=1, prompts=2), 2000)
    _, _, log_pi, _ = enumerated(settings, theta[0])
    whole = log_pi.sum(-1)
    exact = -(whole.exp() * whole).sum(-1).mean()
    lengths = (log_pi != 0).double().sum(-1)
    mean_length = (whole.exp() * lengths).sum(-1).mean()
    state = train.begin(settings, theta)
    _, measured = train.advance(settings, state)
    a_response = measured["entropy"] * measured["length"]
    assert abs(standard_errors(a_response, exact)) < 4.5
    assert abs(standard_errors(measured["length"], mean_length)) < 4.5
    assert 0.4 < exact / mean_length < math.log(4) - 0.01


@pytest.mark.parametrize("name", ALGORITHMS)
def test_gap_alignments_are_the_halves_over_the_share(tiny, name):
    settings = tiny(algorithm=name, seeds=(0, 1), step_sizes=(0.1, 0.1))
    theta = initial(settings)
    rewards = [
        [[1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]],
        [[1, 1, 0, 0], [0, 1, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]],
    ]
    batch = a_batch(settings, rewards)
    halves = train.split(batch)
    both = train.gradient(settings, theta.repeat_interleave(2, 0), halves, None, None)[0]
    found = train.gap_alignments(settings, halves, both[::2], both[1::2], batch)
    rule = algorithms.algorithm(name)
    for r in range(2):
        g_A, g_B = both[2 * r], both[2 * r + 1]
        norm = ((g_A + g_B) / 2).norm().item()
        share = algorithms.gap_share(rule, halves.rewards[2 * r : 2 * r + 2]).mean().item()
        length = batch.lengths[r].mean().item() if rule.by_length else 1.0
        halved = (g_A @ g_B).item() / norm / share * length
        assert found["gap"][r].item() == pytest.approx(halved, rel=1e-10)
        assert found["gap_of_norm"][r].item() == pytest.approx(norm / share * length, rel=1e-10)
        assert found["gap"][r] < found["gap_of_norm"][r]


def test_without_a_signal_in_a_half_there_is_no_estimate(tiny):
    settings = tiny(seeds=(0, 1, 2), step_sizes=(0.1,) * 3)
    nothing, alike, some = [0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 0, 0]
    rewards = [
        [some, nothing, alike, nothing],
        [nothing, alike, some, some],
        [alike, alike, nothing, nothing],
    ]
    batch = a_batch(settings, rewards)
    halves = train.split(batch)
    theta = initial(settings)
    both = train.gradient(settings, theta.repeat_interleave(2, 0), halves, None, None)[0]
    found = train.gap_alignments(settings, halves, both[::2], both[1::2], batch)
    assert found["gap"].isnan().all()
    assert found["gap_of_norm"].isnan().tolist() == [False, False, True]


def test_a_penalty_is_no_part_of_a_gap(tiny):
    _, measured = trained(tiny(kl=0.5), 3)
    for one in measured:
        assert one["gap"].isnan().all() and one["gap_of_norm"].isnan().all()


def test_the_cumulative_gap_adds_positive_gaps_times_steps_and_counts_what_is_missing(tiny):
    settings = tiny(size=1, prompts=2, step_sizes=(0.3, 0.3), seeds=(0, 1))
    state, measured = trained(settings, 30)
    total, missing, seen = [0.0, 0.0], [0, 0], set()
    for one in measured:
        assert one["cumulative_gap"].tolist() == pytest.approx(total)
        for r, gap in enumerate(one["gap"].tolist()):
            missing[r] += math.isnan(gap)
            seen.add("missing" if math.isnan(gap) else "up" if gap > 0 else "down")
            total[r] += max(gap, 0.0) * one["step_length"][r].item() if gap == gap else 0.0
        assert one["missing"].tolist() == missing
    assert state.cumulative_gap.tolist() == pytest.approx(total)
    assert state.missing.tolist() == missing
    assert seen == {"missing", "up", "down"}


def test_all_measures_have_one_number_a_run_in_float64(tiny):
    for dtype in ("float64", "float32", "bfloat16"):
        settings = tiny(seeds=(0, 1), step_sizes=(0.1, 0.1), dtype=dtype)
        state, (measured,) = trained(settings, 1)
        for name, values in measured.items():
            assert values.shape == (2,) and values.dtype == torch.float64, name
        kept = torch.float64 if dtype == "float64" else torch.float32
        assert state.theta.dtype == kept


@pytest.mark.parametrize("dtype, error", [("float32", 1e-5), ("bfloat16", 0.1)])
def test_gradients_in_shorter_numbers_are_close(tiny, dtype, error):
    """Relative, of the whole gradient. Measured: 4e-7 and 0.01."""
    exact, short = tiny(), tiny(dtype=dtype)
    theta = initial(exact)
    batch = a_batch(exact, [[[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]]])
    expected = train.gradient(exact, theta, batch, None, None)[0]
    rounded = replace(batch, rewards=batch.rewards.float(), lengths=batch.lengths.float())
    found = train.gradient(short, theta.float(), rounded, None, None)[0]
    assert found.dtype == torch.float32
    assert 0 < (found - expected).norm() / expected.norm() < error
