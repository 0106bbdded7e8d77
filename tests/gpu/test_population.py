"""Laws of a population: each run is what it would be alone, and what its seed makes it."""

from dataclasses import fields, replace

import pytest
import torch

from gpu_checks import train
from gpu_checks.algorithms import ALGORITHMS
from gpu_checks.tasks import TASKS

SEEDS, SIZES = (5, 0, 3, 5), (0.3, 0.0, 0.7, 0.1)
"""Of four runs; two of them have the same seed."""
UPDATES = 3


def trained(settings, updates=UPDATES):
    """The last state, and all measures: name -> (updates, R)."""
    state, listed = train.begin(settings, train.initial_theta(settings, "cpu")), []
    for _ in range(updates):
        state, measured = train.advance(settings, state)
        listed.append(measured)
    return state, {name: torch.stack([one[name] for one in listed]) for name in listed[0]}


def of_runs(settings, runs):
    return replace(
        settings,
        seeds=tuple(settings.seeds[r] for r in runs),
        step_sizes=tuple(settings.step_sizes[r] for r in runs),
    )


def same(found, expected, runs):
    """Runs of a population against the same ones trained otherwise: rewards identical, parameters
    and measures to 1e-12."""
    (state, measured), (other, other_measured) = found, expected
    for field in fields(state):
        value, wanted = getattr(state, field.name), getattr(other, field.name)
        if isinstance(value, torch.Tensor):
            torch.testing.assert_close(
                value[runs], wanted, rtol=1e-12, atol=1e-14, equal_nan=True, msg=field.name
            )
        else:
            assert value == wanted
    assert torch.equal(measured["success"][:, runs], other_measured["success"])
    for name, values in measured.items():
        torch.testing.assert_close(
            values[:, runs], other_measured[name], rtol=1e-10, atol=1e-12, equal_nan=True, msg=name
        )


def moves(trained_runs, settings):
    state, measured = trained_runs
    away = (state.theta - train.initial_theta(settings, "cpu")).norm(dim=-1)
    assert ((away > 0) == torch.tensor(settings.step_sizes).gt(0)).all()
    assert len(measured["success"].unique()) > 1


@pytest.mark.parametrize(
    "changes",
    [
        *({"algorithm": name} for name in ALGORITHMS),
        {"step": "normalised", "algorithm": "grpo"},
        {"step": "adamw", "inner": 2, "clip": 0.1, "decay": 0.1, "kl": 0.1},
    ],
    ids=lambda changes: "-".join(str(x) for x in changes.values()),
)
def test_a_population_is_its_runs_trained_alone(tiny, changes):
    settings = tiny(seeds=SEEDS, step_sizes=SIZES, **changes)
    together = trained(settings)
    moves(together, settings)
    for r in range(4):
        same(together, trained(of_runs(settings, [r])), [r])


@pytest.mark.parametrize("task", TASKS)
def test_so_it_is_for_every_task(tiny, task):
    settings = tiny(
        seeds=SEEDS, step_sizes=SIZES, task=task, size=2, easiest=1, algorithm="grpo-n-minus-one"
    )
    together = trained(settings)
    assert (together[0].theta != train.initial_theta(settings, "cpu")).any()
    for runs in ([0], [1, 2], [3]):
        same(together, trained(of_runs(settings, runs)), runs)


def test_the_order_of_the_runs_is_their_only_place(tiny):
    settings = tiny(seeds=SEEDS, step_sizes=SIZES)
    order = [2, 0, 3, 1]
    same(trained(settings), trained(of_runs(settings, order)), order)


def test_another_step_size_changes_no_bit_of_the_other_runs(tiny):
    """In a stack of the same size: every product of the stack is one product a run."""
    settings = tiny(seeds=SEEDS, step_sizes=SIZES, dtype="float32")
    other = replace(settings, step_sizes=(0.3, 0.0, 1e6, 0.1))
    (state, measured), (changed, other_measured) = trained(settings), trained(other)
    still = [0, 1, 3]
    assert torch.equal(state.theta[still], changed.theta[still])
    assert not torch.equal(state.theta[2], changed.theta[2])
    for name, values in measured.items():
        torch.testing.assert_close(
            values[:, still], other_measured[name][:, still], rtol=0, atol=0, equal_nan=True
        )


def test_a_run_that_leaves_the_numbers_changes_no_bit_of_the_other_runs(tiny):
    settings = tiny(seeds=SEEDS, step_sizes=SIZES, dtype="float32")
    (state, _), (changed, measured) = (
        trained(one) for one in (settings, replace(settings, step_sizes=(0.3, 0.0, 1e38, 0.1)))
    )
    assert (measured["finite"][:, 2] == 0).any() and (measured["finite"][:, [0, 1, 3]] == 1).all()
    assert torch.equal(state.theta[[0, 1, 3]], changed.theta[[0, 1, 3]])


def test_runs_of_one_seed_draw_the_same_and_part_by_their_step_sizes(tiny):
    settings = tiny(seeds=(5, 5, 5), step_sizes=(0.3, 0.3, 0.6))
    state, measured = trained(settings)
    assert torch.equal(state.theta[0], state.theta[1])
    assert not torch.isclose(state.theta[0], state.theta[2]).all()
    assert torch.equal(measured["success"][:, 0], measured["success"][:, 1])
    assert measured["success"][0, 0] == measured["success"][0, 2]


def test_an_interrupted_run_is_the_run(tiny):
    """The state is all that is needed to go on."""
    settings = tiny(seeds=SEEDS, step_sizes=SIZES, step="adamw", inner=2, kl=0.1)
    whole, _ = trained(settings, 4)
    state, _ = trained(settings, 2)
    again = train.State(**{field.name: getattr(state, field.name) for field in fields(state)})
    for _ in range(2):
        again, _ = train.advance(settings, again)
    assert torch.equal(whole.theta, again.theta)
