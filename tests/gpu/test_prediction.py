"""The predicted safe step of a first update: derivatives, alignment, and the segment it is on."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from gpu_checks import model, noise, prediction, train
from gpu_checks.settings import ADAMW, NORMALISED, Settings
from gpu_checks.warm_start import warm_start

TINY = Settings(
    size=2, prompts=8, group=8, width=8, layers=1, heads=1, dtype="float64", start=None,
    step_sizes=(1.0, 1.0), seeds=(0, 1),
)  # fmt: skip


@pytest.fixture(scope="module")
def scene() -> tuple[torch.Tensor, torch.Tensor, train.Batch]:
    """theta (2, n), unit vectors w, and a batch whose rewards are made up: half are correct."""
    # Larger embeddings than those of a random start, whose third derivatives are enormous.
    n = TINY.architecture.size
    theta = 0.5 * noise.normals(noise.keys(3, 2), shape=(n,))
    w = noise.normals(noise.keys(7, 2), shape=(n,))
    batch = train.draw(TINY, theta, 0, 16, 8)
    rewards = (batch.responses[..., 0] % 2).double()
    return theta, w / w.norm(dim=1, keepdim=True), replace(batch, rewards=rewards)


def log_pi(theta: torch.Tensor, batch: train.Batch) -> torch.Tensor:
    parts = model.unpack(theta, TINY.architecture)
    found = model.log_probabilities(parts, batch.prompts, batch.responses, TINY.architecture)
    return found[0].sum(-1)


def test_forward_mode_derivatives_are_finite_differences(
    scene: tuple[torch.Tensor, torch.Tensor, train.Batch],
) -> None:
    theta, w, batch = scene
    t = torch.tensor([[0.0, 0.4], [0.1, 0.7]], dtype=torch.float64)
    score, bend = prediction.derivatives(TINY, theta, w, batch.prompts, batch.responses, t)
    h = 1e-4
    for k in range(2):
        before, here, after = (log_pi(theta + (t[:, k : k + 1] + s) * w, batch) for s in (-h, 0, h))
        # Truncation h^2/6 |f'''| and h^2/12 |f''''|, of order 1e-7 here; rounding 1e-15/h^2.
        assert torch.allclose(score[:, k], (after - before) / (2 * h), rtol=0, atol=1e-6)
        assert torch.allclose(bend[:, k], (after - 2 * here + before) / h**2, rtol=0, atol=1e-5)
    assert bend.abs().max() > 0.01


def test_the_alignment_is_the_difference_of_mean_scores(
    scene: tuple[torch.Tensor, torch.Tensor, train.Batch],
) -> None:
    theta, w, batch = scene
    J, gap = prediction.alignment(TINY, theta, w, batch)
    zero = torch.zeros(2, 1, dtype=torch.float64)
    score = prediction.derivatives(TINY, theta, w, batch.prompts, batch.responses, zero)[0][:, 0]
    for r in range(2):
        right = batch.rewards[r] == 1
        assert J[r] == right.double().mean()
        # REINFORCE is centred by the mean of the whole batch, so this is an identity.
        expected = score[r][right].mean() - score[r][~right].mean()
        assert torch.isclose(gap[r], expected, rtol=1e-9, atol=1e-9)


@pytest.mark.slow
def test_the_safe_step_is_the_end_of_the_segment_on_which_it_is_safe(
    scene: tuple[torch.Tensor, torch.Tensor, train.Batch],
) -> None:
    theta, w, batch = scene
    prompts, responses, weights = prediction.correct(batch)
    room = torch.tensor([0.3, 3.0], dtype=torch.float64)
    eta, C = prediction.safe_step(TINY, theta, w, room, prompts, responses, weights)
    assert (eta > 0).all() and (eta * C <= room).all()

    def curvature(end: torch.Tensor) -> torch.Tensor:
        t = torch.linspace(0, 1, 41, dtype=torch.float64) * end[:, None]
        bend = prediction.derivatives(TINY, theta, w, prompts, responses, t)[1][..., 0].abs()
        return prediction.mean(bend.amax(1, keepdim=True), weights)[:, 0]

    # Two grids of 5 points: within 1/16 of the whole range, and the curvature between grid points
    # is a little larger than at them.
    far = (
        room
        / prediction.mean(
            prediction.derivatives(TINY, theta, w, prompts, responses, 0 * room[:, None])[1][
                ..., 0
            ].abs(),
            weights,
        )[:, 0]
    )
    assert (eta * curvature(eta) <= 1.05 * room).all()
    later = eta + far / 16
    assert (later * curvature(later) > 0.95 * room).all()


def test_correct_responses_are_kept_and_counted(
    scene: tuple[torch.Tensor, torch.Tensor, train.Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, batch = scene
    prompts, responses, weights = prediction.correct(batch)
    assert prompts.shape[:2] == responses.shape[:2] == weights.shape == (2, prediction.CORRECT)
    expected = batch.rewards.sum((-2, -1)).clamp(max=prediction.CORRECT)
    assert torch.equal(weights.sum(1), expected)
    known = {
        (r, *batch.prompts[r, p].tolist(), *batch.responses[r, p, g].tolist())
        for r in range(2)
        for p in range(16)
        for g in range(8)
        if batch.rewards[r, p, g] == 1
    }
    for r in range(2):
        for k in range(int(weights[r].sum())):
            assert (r, *prompts[r, k].tolist(), *responses[r, k, 0].tolist()) in known
    monkeypatch.setattr(prediction, "CORRECT", 3)
    assert prediction.correct(batch)[2].shape == (2, 3)


def test_a_learning_rate_is_the_step_over_the_size_of_the_first_update() -> None:
    settings = replace(TINY, start=0.3, dtype="float32")
    theta, rates = warm_start(settings, "cpu")
    plain = prediction.safe_steps(settings, theta, rates)
    unit = prediction.safe_steps(replace(settings, step=NORMALISED), theta, rates)
    for one, other in zip(plain, unit, strict=True):
        assert one["eta"] == other["eta"] == other["safe_step"]
        assert one["safe_step"] == pytest.approx(one["eta"] / one["update_norm"], rel=1e-6)
        assert one["gap"] > 0 and one["curvature"] > 0
        # eta C(eta) = 2 (1-J) gap, up to the last grid: J is 0.3 here, so J for 1-J would show.
        room = 2 * (1 - one["success"]) * one["gap"]
        assert 0.7 * room < one["eta"] * one["curvature"] <= room * (1 + 1e-5)


@pytest.mark.slow
def test_adamw_s_safe_step_is_a_learning_rate_of_the_update_that_training_makes() -> None:
    settings = replace(TINY, start=0.3, step=ADAMW, decay=0.1)
    theta, rates = warm_start(settings, "cpu")
    for r, row in enumerate(prediction.safe_steps(settings, theta, rates)):
        one = replace(settings, seeds=settings.seeds[r : r + 1], step_sizes=(row["safe_step"],))
        state = train.begin(one, theta[r : r + 1])
        moved = train.advance(one, state)[1]["step_length"].item()
        assert moved == pytest.approx(row["eta"], rel=1e-6)
        assert row["safe_step"] > 0


@pytest.mark.slow
def test_no_step_is_called_safe_where_the_gap_is_not_positive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = replace(TINY, start=0.3)
    theta, rates = warm_start(settings, "cpu")

    def downhill(*_: object) -> tuple[torch.Tensor, torch.Tensor]:
        half = torch.full((2,), 0.5, dtype=torch.float64)
        return half, torch.tensor([-1.0, 1.0], dtype=torch.float64)

    monkeypatch.setattr(prediction, "alignment", downhill)
    first, second = prediction.safe_steps(settings, theta, rates)
    assert first["safe_step"] != first["safe_step"] and first["eta"] != first["eta"]
    assert second["safe_step"] > 0


def test_no_step_is_called_safe_where_no_response_is_correct() -> None:
    theta = train.initial_theta(TINY, "cpu")
    batch = train.draw(TINY, theta, 0, 128, 8, purpose=prediction.PREDICTION)
    assert batch.rewards.sum() == 0, "a random network answers nothing correctly"
    for row in prediction.safe_steps(TINY, theta, torch.zeros(2)):
        assert row["safe_step"] != row["safe_step"]
