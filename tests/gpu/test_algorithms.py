"""Laws of the updates: each is its equation, response by response, and estimates the gradient gap
times the share that is stated."""

import math
from collections import Counter
from itertools import product

import pytest
import torch

from gpu_checks import algorithms, model, noise, train
from gpu_checks.algorithms import ALGORITHMS, algorithm, gap_share

NAMES = (*ALGORITHMS,)
GROUP_CENTRED = ("dr-grpo", "grpo", "success", "gspo")
SEQUENCES = ("gspo", "gspo-n", "gspo-n-minus-one")
PER_TOKEN = (*SEQUENCES, "grpo", "grpo-n", "grpo-n-minus-one")
GROUPS = (
    ((1, 0, 0, 0), (0, 0, 0, 0), (1, 1, 1, 0), (1, 1, 1, 1)),
    ((1, 1, 0, 0), (0, 1, 0, 1), (0, 0, 0, 1), (0, 0, 0, 0)),
)
"""Rewards of two runs, of four prompts each, in groups of four."""


def rewards_of(groups=GROUPS):
    return torch.tensor(groups, dtype=torch.float64)


# -- advantages by hand ----------------------------------------------------------------------------


def advantages_by_hand(name, groups):
    """The advantages of one run's groups, from the equations, in plain Python."""
    every = [r for group in groups for r in group]
    found = []
    for group in groups:
        J = sum(group) / len(group)
        sd = math.sqrt(sum((r - J) ** 2 for r in group) / len(group))
        if name == "reinforce":
            found.append([r - sum(every) / len(every) for r in group])
        elif name.endswith("minus-one"):
            found.append([r - 1.0 for r in group])
        elif sd == 0:
            found.append([0.0 for _ in group])
        elif name == "dr-grpo":
            found.append([r - J for r in group])
        elif name == "success":
            found.append([(r - J) / J for r in group])
        elif name == "dapo":
            library = math.sqrt(sum((r - J) ** 2 for r in group) / (len(group) - 1))
            found.append([(r - J) / (library + 1e-4) for r in group])
        elif name in ("grpo", "gspo"):
            found.append([(r - J) / sd for r in group])
        else:
            found.append([min((r - J) / sd, 0.0) for r in group])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_advantages_are_those_of_the_equation(name):
    every = [*product((0, 1), repeat=3)]
    batches = [*product(every, repeat=2)]
    found = algorithm(name).advantage(rewards_of(batches))
    expected = [advantages_by_hand(name, batch) for batch in batches]
    torch.testing.assert_close(
        found, torch.tensor(expected, dtype=torch.float64), rtol=1e-14, atol=1e-15
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [2, 3, 7, 10])
def test_a_homogeneous_group_has_no_centred_advantage(name, size):
    """Exactly none, in float32 too, where the mean of equal numbers may be rounded."""
    for reward in (0.0, 1.0):
        alike = torch.full((2, 3, size), reward)
        found = algorithm(name).advantage(alike)
        failing = name.endswith("minus-one") and reward == 0
        assert (found == (-1.0 if failing else 0.0)).all()
        assert algorithms.homogeneous(alike).all()
        assert (gap_share(algorithm(name), alike) == 0).all()


def test_an_unknown_algorithm_is_refused():
    with pytest.raises(ValueError, match=r"reinforce, dr-grpo.*; got ppo"):
        algorithm("ppo")


# -- gradients against a slow reference ------------------------------------------------------------


def a_batch(settings, runs=2):
    """Policies theta, older policies, and any responses, of several lengths."""
    task, keys = settings.the_task, noise.keys(3, runs)
    size = (settings.architecture.size,)
    theta = model.initial(settings.architecture, noise.normals(keys, 0, shape=size))
    older = theta + 0.1 * noise.normals(keys, 1, shape=size)
    prompts = task.prompts(noise.uniforms(keys, 2, shape=(4, task.uniforms_needed(2))), 2)
    u = noise.uniforms(keys, 3, shape=(4, 4, settings.longest))
    responses = (u * task.vocabulary).long()
    alive = model.written(responses)
    responses = torch.where(alive, responses, model.EOS)
    lengths = alive.sum(-1).double()
    assert len(lengths.unique()) > 2
    return theta, older, train.Batch(prompts, responses, lengths, rewards_of())


def token_gradients(settings, theta, prompt, response):
    """[(log pi(token), its gradient in theta (n,))] of one response of one run."""
    theta = theta.detach()[None].requires_grad_()
    parts = model.unpack(theta, settings.architecture)
    ids = torch.cat((prompt, response))[None, None]
    out = model.logits(parts, ids, settings.architecture, model.Prefix([]))[0][0, 0]
    found = []
    for t, token in enumerate(response.tolist()):
        log_pi = out[len(prompt) - 1 + t].log_softmax(-1)[token]
        found.append((log_pi.item(), torch.autograd.grad(log_pi, theta, retain_graph=True)[0][0]))
        if token == model.EOS:
            break
    return found


def is_open(ratio, advantage, clip):
    """Whether min(ratio A, clip(ratio) A) still has a gradient."""
    if clip is None or advantage == 0:
        return True
    return ratio <= 1 + clip if advantage > 0 else ratio >= 1 - clip


@pytest.fixture(scope="module")
def scores(tiny):
    """`token_gradients` of every response of `a_batch`, under theta and under the older policies:
    two lists, by run, prompt and place in the group."""
    settings = tiny()
    *policies, batch = a_batch(settings)
    return [
        [
            [
                [token_gradients(settings, one, q, o) for o in group]
                for q, group in zip(*run, strict=True)
            ]
            for one, *run in zip(theta, batch.prompts, batch.responses, strict=True)
        ]
        for theta in policies
    ]


def slow_gradient(settings, batch, new, old):
    """The update of one run, from the scores of its responses: loops over prompts, responses and
    tokens. And how often each kind of (sign of A, side of the clip) was met."""
    name, clip, total = settings.algorithm, settings.clip, 0
    met: Counter[tuple[float, str]] = Counter()
    P, G = len(new), len(new[0])
    hand = advantages_by_hand(name, batch)
    every = [len(response) for group in new for response in group]
    share = {"dapo": len(every) / sum(every)}.get(name, 1.0)
    for q, i in product(range(P), range(G)):
        A, length = hand[q][i], len(new[q][i])
        changes = [a - b for (a, _), (b, _) in zip(new[q][i], old[q][i], strict=True)]
        if name in SEQUENCES:
            ratios = [math.exp(sum(changes) / length)] * length
        else:
            ratios = [math.exp(change) for change in changes]
        for ratio, (_, score) in zip(ratios, new[q][i], strict=True):
            if clip is not None:
                side = "above" if ratio > 1 + clip else "below" if ratio < 1 - clip else "inside"
                met[math.copysign(1, A) if A else 0, side] += 1
            if is_open(ratio, A, clip):
                weight = 1 / length if name in PER_TOKEN else share
                total = total + A * weight * ratio * score / (P * G)
    return total, met


def log_probabilities(settings, theta, batch):
    parts = model.unpack(theta, settings.architecture)
    return model.log_probabilities(parts, batch.prompts, batch.responses, settings.architecture)[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_first_inner_step_is_the_plain_policy_gradient(tiny, scores, name):
    settings = tiny(algorithm=name, clip=0.2)
    theta, _, batch = a_batch(settings)
    found, log_pi, _ = train.gradient(settings, theta, batch, None, None)
    for run in range(2):
        expected, _ = slow_gradient(settings, GROUPS[run], scores[0][run], scores[0][run])
        assert expected.norm() > 0.01
        torch.testing.assert_close(found[run], expected, rtol=1e-10, atol=1e-13)
    torch.testing.assert_close(log_pi, log_probabilities(settings, theta, batch))
    assert not log_pi.requires_grad


@pytest.mark.parametrize("clip", [None, 0.05])
@pytest.mark.parametrize("name", NAMES)
def test_a_later_inner_step_has_ratios_and_the_clip(tiny, scores, name, clip):
    settings = tiny(algorithm=name, clip=clip)
    theta, older, batch = a_batch(settings)
    log_old = log_probabilities(settings, older, batch)
    found = train.gradient(settings, theta, batch, log_old, None)[0]
    met: Counter[tuple[float, str]] = Counter()
    for run in range(2):
        expected, kinds = slow_gradient(settings, GROUPS[run], scores[0][run], scores[1][run])
        torch.testing.assert_close(found[run], expected, rtol=1e-10, atol=1e-13)
        met += kinds
    if clip is not None:
        signs = {-1.0} if "-n" in name else {-1.0, 1.0}
        assert set(product(signs, ("above", "inside", "below"))) <= set(met)


@pytest.mark.parametrize("clip", [None, 0.05])
@pytest.mark.parametrize(
    "token, sequence", [("grpo", "gspo"), ("grpo-n", "gspo-n"), ("grpo-n-minus-one",) * 2]
)
def test_gspo_is_grpo_in_the_first_inner_step_and_not_in_the_second(tiny, token, sequence, clip):
    sequence = sequence.replace("grpo", "gspo")
    theta, older, batch = a_batch(tiny())
    log_old = log_probabilities(tiny(), older, batch)
    pair = [tiny(algorithm=name, clip=clip) for name in (token, sequence)]
    first = [train.gradient(one, theta, batch, None, None)[0] for one in pair]
    second = [train.gradient(one, theta, batch, log_old, None)[0] for one in pair]
    torch.testing.assert_close(first[0], first[1], rtol=1e-12, atol=1e-15)
    assert ((second[0] - second[1]).norm(dim=-1) > 0.01 * second[0].norm(dim=-1)).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_without_a_signal_gives_no_update(tiny, name):
    settings = tiny(algorithm=name)
    theta, _, batch = a_batch(settings)
    for reward in (0.0, 1.0):
        alike = train.Batch(
            batch.prompts, batch.responses, batch.lengths, torch.full_like(batch.rewards, reward)
        )
        found = train.gradient(settings, theta, alike, None, None)[0]
        failing = name.endswith("minus-one") and reward == 0
        assert (found == 0).all() != failing


def test_the_clip_is_the_lower_of_two_surrogates():
    for A, ratio in product((-2.0, -0.5, 0.0, 0.5, 2.0), (0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 2.0)):
        x = torch.tensor(ratio, dtype=torch.float64, requires_grad=True)
        found = algorithms.clipped(x, torch.tensor(A, dtype=torch.float64), 0.25)
        assert found.item() == min(ratio * A, min(max(ratio, 0.75), 1.25) * A)
        found.backward()
        assert x.grad is not None and x.grad.item() == (A if is_open(ratio, A, 0.25) else 0.0)
        assert algorithms.clipped(x, torch.tensor(A), None).item() == ratio * A


# -- the share -------------------------------------------------------------------------------------


def along(score, w, per_token):
    """w . grad log pi(o) of a response, over its length if `per_token`."""
    s = sum((w * one).sum().item() for _, one in score)
    return s / len(score) if per_token else s


def difference(pairs):
    """Mean of s over the correct less its mean over the wrong, of pairs (s, r); None if all rewards
    are equal."""
    right = [s for s, r in pairs if r]
    wrong = [s for s, r in pairs if not r]
    return sum(right) / len(right) - sum(wrong) / len(wrong) if right and wrong else None


SHARES = {
    "dr-grpo": lambda J: J * (1 - J),
    "grpo": lambda J: math.sqrt(J * (1 - J)),
    "gspo": lambda J: math.sqrt(J * (1 - J)),
    "success": lambda J: 1 - J,
}


@pytest.mark.parametrize("name", GROUP_CENTRED)
def test_an_update_along_any_direction_is_the_gaps_of_the_sample_times_their_shares(
    tiny, scores, name
):
    settings = tiny(algorithm=name)
    theta, _, batch = a_batch(settings)
    directions = noise.normals(noise.keys(11, 2), shape=(settings.architecture.size,))
    g = train.gradient(settings, theta, batch, None, None)[0]
    for run, w in enumerate(directions):
        signals = []
        for group, each in zip(GROUPS[run], scores[0][run], strict=True):
            pairs = [(along(o, w, name in PER_TOKEN), r) for o, r in zip(each, group, strict=True)]
            if (gap := difference(pairs)) is not None:
                signals.append((sum(group) / 4, gap))
        assert len(signals) == (2, 3)[run], "the homogeneous groups are among the four"

        def mean(share, signals=signals):
            return sum(share(J) * gap for J, gap in signals) / 4

        found = (w * g[run]).sum().item()
        assert found == pytest.approx(mean(SHARES[name]), rel=1e-10)
        mean_share = sum(SHARES[name](J) for J, _ in signals) / 4
        assert gap_share(algorithm(name), batch.rewards)[run].item() == pytest.approx(mean_share)
        for other in SHARES:
            if SHARES[other](0.3) != SHARES[name](0.3):
                assert found != pytest.approx(mean(SHARES[other]), rel=1e-3), other


def test_the_batch_centred_update_is_the_gap_of_all_responses_together(tiny, scores):
    settings = tiny(algorithm="reinforce")
    theta, _, batch = a_batch(settings)
    directions = noise.normals(noise.keys(11, 2), shape=(settings.architecture.size,))
    g = train.gradient(settings, theta, batch, None, None)[0]
    share = gap_share(algorithm("reinforce"), batch.rewards)
    for run, w in enumerate(directions):
        every = [o for group in scores[0][run] for o in group]
        rewards = [r for group in GROUPS[run] for r in group]
        pairs = [(along(o, w, False), r) for o, r in zip(every, rewards, strict=True)]
        found = (w * g[run]).sum() / share[run]
        assert found.item() == pytest.approx(difference(pairs), rel=1e-10)


def test_the_penalty_is_at_least_zero_and_zero_for_equal_policies(tiny):
    theta, older, batch = a_batch(tiny())
    new, old = (log_probabilities(tiny(), x, batch) for x in (theta, older))
    assert (algorithms.kl_penalty(new, new) == 0).all()
    found = algorithms.kl_penalty(new, old)
    assert found.shape == (2,) and (found > 0).all()
    by_hand = [
        [math.exp(b - a) - (b - a) - 1 for a, b in zip(*pair, strict=True)]
        for pair in zip(new.flatten(1).tolist(), old.flatten(1).tolist(), strict=True)
    ]
    assert found.tolist() == pytest.approx([sum(run) / 16 for run in by_hand])
    one_token = torch.tensor([[[[-0.5]]]]), torch.tensor([[[[-1.5]]]])
    assert algorithms.kl_penalty(*one_token).item() == pytest.approx(math.exp(-1))
    assert algorithms.kl_penalty(*one_token[::-1]).item() == pytest.approx(math.e - 2)


def test_clip_higher_moves_the_upper_end_alone():
    ratio = torch.tensor([0.7, 1.25, 1.4], dtype=torch.float64)
    one, minus = torch.ones(3, dtype=torch.float64), -torch.ones(3, dtype=torch.float64)
    assert algorithms.clipped(ratio, one, 0.2, 0.28).tolist() == pytest.approx([0.7, 1.25, 1.28])
    assert algorithms.clipped(ratio, minus, 0.2, 0.28).tolist() == pytest.approx(
        [-0.8, -1.25, -1.4]
    )
    assert algorithms.clipped(ratio, one, 0.2).tolist() == pytest.approx([0.7, 1.2, 1.2])


def test_the_surrogate_and_the_update_use_it(tiny):
    theta, older, batch = a_batch(tiny())
    log_old = log_probabilities(tiny(), older, batch)
    found = [
        train.gradient(tiny(clip=0.05, clip_high=high), theta, batch, log_old, None)[0]
        for high in (None, 0.05, 0.5)
    ]
    assert torch.equal(found[0], found[1])
    assert not torch.allclose(found[0], found[2])


def test_a_long_gradient_is_cut_and_a_short_one_is_not(tiny):
    theta, _, batch = a_batch(tiny())
    g = train.gradient(tiny(), theta, batch, None, None)[0]
    size = g.norm(dim=-1)
    for most, kept in ((size.max().item() * 2, size), (0.01, torch.full_like(size, 0.01))):
        settings = tiny(seeds=(0, 1), step_sizes=(1.0, 1.0), max_norm=most)
        moved = train.stepped(settings, train.begin(settings, theta), g).theta - theta
        torch.testing.assert_close(moved.norm(dim=-1), kept, rtol=1e-9, atol=0)


def test_the_entropy_bonus_adds_the_gradient_of_the_mean_entropy_of_a_token(tiny):
    theta, _, batch = a_batch(tiny())
    plain, bonus = (
        train.gradient(tiny(entropy=e), theta, batch, None, None)[0] for e in (0.0, 0.3)
    )

    def mean_entropy(at):
        parts = model.unpack(at, tiny().architecture)
        entropy = model.log_probabilities(
            parts, batch.prompts, batch.responses, tiny().architecture
        )[1]
        return entropy.sum((-3, -2, -1)) / batch.lengths.sum((-2, -1))

    added, h = (bonus - plain) / 0.3, 1e-6
    w = added / added.norm(dim=-1, keepdim=True)
    slope = (mean_entropy(theta + h * w) - mean_entropy(theta - h * w)) / (2 * h)
    torch.testing.assert_close(slope, added.norm(dim=-1), rtol=1e-6, atol=1e-9)
