"""The benchmark against TRL: its arithmetic, its arguments, and that TRL makes our update."""

from dataclasses import replace

import pytest
import torch

from gpu_checks import model, train
from gpu_checks.benchmarks import sides, trl, trl_side

BENCH = "TRL is not installed: pip install -c constraints.txt -e '.[bench]'"


def options(*more: str, out: str = "nowhere"):
    return trl.parser().parse_args(["--out", out, *more])


def ours(runs: int = 1, size: int = 2):
    chosen = trl.settings_of(options("--size", str(size)), 64)
    chosen = replace(chosen, seeds=tuple(range(runs)), step_sizes=(0.02,) * runs)
    normals = torch.randn(1, chosen.architecture.size, generator=torch.Generator().manual_seed(0))
    return sides.Ours(chosen, model.initial(chosen.architecture, normals))


# -- arithmetic ------------------------------------------------------------------------------------


# -- our side --------------------------------------------------------------------------------------


def test_the_exact_success_rate_is_what_sampling_finds():
    side = ours()
    drawn = train.draw(side.settings, side.theta, 0, prompts=400, group=50)
    # A random policy on 16 prompts: J is small, so that 20000 responses leave few hundred hits.
    exact, found = side.success_rate(), drawn.rewards.double().mean().item()
    assert abs(found - exact) < 5 * (exact / 20_000) ** 0.5
    assert 1e-3 < exact < 0.2


def test_our_blocks_count_updates_tokens_and_stop_at_the_target():
    side = ours(size=1)  # where a random policy succeeds often enough to be moved
    block = side.run(3)
    assert len(block.seconds) == 3
    assert side.state.step == 4  # one more, which is not counted
    assert block.success == []
    assert 3 * side.rollouts <= block.tokens <= 3 * side.rollouts * side.settings.longest
    assert not torch.equal(side.state.theta, side.theta)
    side.reset()
    assert torch.equal(side.state.theta, side.theta)
    assert side.state.step == 4  # new batches
    assert len(side.run(5, target=1e-9).seconds) == 1
    assert len(side.run(2, target=1.0).success) == 2


# -- arguments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [
        ["--rollouts", "100"],
        ["--repeats", "0"],
        ["--threads", "0"],
        ["--runs", "-1"],
        ["--start", "0.9", "--target", "0.5"],
        ["--size", "7"],
        ["--step-sizes", "-1"],
        ["--step-size", "nan"],
    ],
)
def test_bad_options_are_refused_in_one_line(bad, tmp_path, capsys):
    assert trl.main(["--out", str(tmp_path), *bad]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert "got" in said.err


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"algorithm": "success"}, "TRL has"),
        ({"step": "normalised"}, "plain steps"),
        ({"inner": 2}, "one update a batch"),
        ({"seeds": (0, 1), "step_sizes": (0.1, 0.1)}, "TRL trains one run"),
        ({"prompts": 2, "group": 3}, "4 equal chunks"),
    ],
)
def test_what_trl_cannot_do_is_refused(changes, says):
    chosen = replace(trl.settings_of(options(), 256), **changes)
    with pytest.raises(ValueError, match=says):
        trl_side.require(chosen, trl_side.Variant(chunks=4))


@pytest.mark.parametrize("missing", trl_side.EXTRA)
def test_a_missing_library_says_what_to_install(missing, monkeypatch, tmp_path, capsys):
    def found(name: str):
        if name == missing:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        return pytest  # anything: it is not looked at before the missing one

    monkeypatch.setattr(trl_side, "import_module", found)
    assert trl.main(["--out", str(tmp_path / "new")]) == 2
    said = capsys.readouterr().err
    assert said == f"{missing} is not installed: pip install -c constraints.txt -e '.[bench]'\n"
    assert not (tmp_path / "new").exists()


# -- with TRL --------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("algorithm", "chunks"), [("dr-grpo", 1), ("dr-grpo", 2), ("grpo", 1)])
def test_an_update_of_trl_is_our_equation(algorithm, chunks):
    """theta' - theta = eta (1/B) sum_i A_i weight_i grad log pi(o_i | q), A_i from the verifier."""
    for name in trl_side.EXTRA:
        pytest.importorskip(name, reason=BENCH)
    chosen = replace(trl.settings_of(options(), 64), algorithm=algorithm, step_sizes=(0.05,))
    side = trl_side.Theirs(chosen, trl_side.Variant(chunks=chunks), torch.device("cpu"))
    side.warm_start(0.5)
    assert side.success_rate() == pytest.approx(0.5, abs=1e-3)
    seen: list[dict] = []
    inner = side.trainer.compute_loss

    def watched(network, inputs, *args, **kwargs):
        seen.append({name: x.clone() for name, x in inputs.items() if torch.is_tensor(x)})
        return inner(network, inputs, *args, **kwargs)

    side.trainer.compute_loss = watched
    side.run(1, target=0.999)
    assert len(seen) == chunks
    after = [part.detach().clone() for part in side.model.parameters()]
    side.reset()
    prompts, responses, mask, advantages = (
        torch.cat([one[name] for one in seen])
        for name in ("prompt_ids", "completion_ids", "completion_mask", "advantages")
    )
    rewards = torch.tensor(
        [
            float(response[inside.bool()].tolist() == side.correct[trl_side.text(prompt)])
            for prompt, response, inside in zip(prompts.tolist(), responses, mask, strict=True)
        ]
    )
    assert 0 < rewards.sum() < 64
    # Two groups may have the same prompt, so the group is not known; the sign is.
    assert ((advantages > 0) <= (rewards == 1)).all()
    assert ((advantages < 0) <= (rewards == 0)).all()
    if algorithm == "grpo":
        # The squares of a group sum to G - 1, or to 0 if it is homogeneous. Not standardised, those
        # of all four groups would sum to 16 at most.
        groups = advantages.square().sum().item() / 15
        assert groups > 1.5
        assert groups == pytest.approx(round(groups), abs=0.01)
    else:
        torch.testing.assert_close(16 * advantages, (16 * advantages).round())
    ids = torch.cat((prompts, responses), dim=1)
    log_pi = side.model(ids[:, :-1]).logits.log_softmax(-1)
    chosen_log_pi = log_pi.gather(-1, ids[:, 1:, None]).squeeze(-1)[:, prompts.shape[1] - 1 :]
    weight = mask / mask.sum(1, keepdim=True) if algorithm == "grpo" else mask
    surrogate = (advantages * (chosen_log_pi * weight).sum(1)).mean()
    gradient = torch.autograd.grad(surrogate, list(side.model.parameters()))
    for new, old, g in zip(after, side.model.parameters(), gradient, strict=True):
        torch.testing.assert_close(new - old, 0.05 * g, rtol=1e-3, atol=1e-6)
