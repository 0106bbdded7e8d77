"""Laws of the transformer: the stack is its runs, the past does not see the future, what is
remembered is what would be computed again, and gradients are differences."""

import math
from bisect import bisect_right
from dataclasses import replace
from itertools import accumulate, product

import pytest
import torch
from torch.nn import functional as F

from gpu_checks import model, noise
from gpu_checks.model import EOS, Architecture

TINY = Architecture(vocabulary=5, context=9, width=8, layers=2, heads=2)
ROUNDING = {"rtol": 1e-11, "atol": 1e-12}
"""Of float64, through a few layers."""


def policies(architecture=TINY, runs=3, seed=0, scale=1.5):
    """theta (R, n), far enough from zero that attention attends and tokens are preferred."""
    key = noise.keys(seed, runs)
    theta = model.initial(architecture, noise.normals(key, 0, shape=(architecture.size,)))
    return theta * scale + 0.1 * noise.normals(key, 1, shape=(architecture.size,))


def tokens(*shape, vocabulary=TINY.vocabulary, seed=0):
    """Any tokens, EOS among them."""
    return (noise.uniforms(noise.keys(100 + seed, 1)[0], shape=shape) * vocabulary).long()


SHAPES = [
    TINY,
    replace(TINY, heads=1),
    replace(TINY, heads=4, layers=1),
    replace(TINY, width=12, heads=3, layers=3),
]


# -- the slow references: one run, one sequence, one token at a time -------------------------------


def named(theta, architecture):
    """The parts of one run's theta (n,)."""
    parts, begin = {}, 0
    for name, shape in architecture.shapes().items():
        parts[name] = theta[begin : begin + math.prod(shape)].view(shape)
        begin += math.prod(shape)
    return parts


def reference_logits(theta, ids, architecture):
    """Logits (B, T, V) of one run theta (n,) on sequences ids (B, T), without a memory."""
    p, T, C = named(theta, architecture), ids.shape[1], architecture.width
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    x = F.embedding(ids, p["embedding"]) + p["position"][:T]
    for layer in range(architecture.layers):
        h = F.rms_norm(x, (C,), p[f"{layer}.norm_attention"], eps=1e-6)
        query, key, value = F.linear(h, p[f"{layer}.qkv"].T).split(C, dim=-1)
        D, found = C // architecture.heads, []
        for head in range(architecture.heads):
            q, k, v = (part[..., head * D : (head + 1) * D] for part in (query, key, value))
            scores = (q @ k.transpose(1, 2) / math.sqrt(D)).masked_fill(later, -math.inf)
            found.append(F.softmax(scores, -1) @ v)
        x = x + F.linear(torch.cat(found, -1), p[f"{layer}.mix"].T)
        h = F.rms_norm(x, (C,), p[f"{layer}.norm_mlp"], eps=1e-6)
        x = x + F.linear(F.gelu(F.linear(h, p[f"{layer}.up"].T)), p[f"{layer}.down"].T)
    return F.linear(F.rms_norm(x, (C,), p["norm"], eps=1e-6), p["unembedding"].T)


def reference_sample(theta, prompt, uniforms, architecture):
    """One response: the whole sequence is read again for every token."""
    sequence = prompt.tolist()
    for u in uniforms.tolist():
        if EOS in sequence[len(prompt) :]:
            sequence.append(EOS)
            continue
        logits = reference_logits(theta, torch.tensor([sequence]), architecture)[0, -1]
        mass = list(accumulate(logits.softmax(-1).tolist()))
        sequence.append(min(bisect_right(mass, u * mass[-1]), len(mass) - 1))
    return sequence[len(prompt) :]


def stacked(theta, ids, architecture=TINY):
    """Logits (R, B, T, V) of the stack, without a memory."""
    parameters = model.unpack(theta, architecture)
    return model.logits(parameters, ids, architecture, model.Prefix([]))[0]


def responses_of(vocabulary, longest):
    """All responses that end, or fill the horizon: EOS after the first EOS. (N, T)"""
    full = product(range(vocabulary), repeat=longest)
    ends = (o[: o.index(EOS)] if EOS in o else o for o in full)
    return torch.tensor(sorted({(*o, *[EOS] * (longest - len(o))) for o in ends}))


# -- the forward pass ------------------------------------------------------------------------------


@pytest.mark.parametrize("architecture", SHAPES)
def test_the_stack_computes_what_each_run_computes_by_the_formulas(architecture):
    theta, ids = policies(architecture), tokens(3, 4, 6)
    found = stacked(theta, ids, architecture)
    for run in range(3):
        expected = reference_logits(theta[run], ids[run], architecture)
        torch.testing.assert_close(found[run], expected, **ROUNDING)
    assert found.std() > 0.5, "the policies prefer some tokens"


def test_no_run_sees_another():
    theta, ids = policies(), tokens(3, 4, 6)
    other_theta, other_ids = theta.clone(), ids.clone()
    other_theta[1] += 1
    other_ids[1] = (ids[1] + 1) % 5
    found, changed = stacked(theta, ids), stacked(other_theta, other_ids)
    assert torch.equal(found[[0, 2]], changed[[0, 2]])
    assert not torch.isclose(found[1], changed[1]).all(-1).any()


@pytest.mark.parametrize("remembered", [0, 2])
def test_a_later_token_changes_no_earlier_logit(remembered):
    theta, ids = policies(), tokens(3, 4, 7)
    parameters = model.unpack(theta, TINY)
    nothing = model.Prefix([])
    _, kept = (
        model.logits(parameters, ids[..., :remembered], TINY, nothing)
        if remembered
        else (
            None,
            [],
        )
    )

    def rest(changed):
        return model.logits(parameters, changed[..., remembered:], TINY, model.Prefix(kept))[0]

    found = rest(ids)
    for t in range(remembered, 7):
        changed = ids.clone()
        changed[..., t] = (ids[..., t] + 1) % 5
        again, begin = rest(changed), t - remembered
        assert torch.equal(again[:, :, :begin], found[:, :, :begin])
        assert not torch.isclose(again[:, :, begin:], found[:, :, begin:]).all(-1).any()


def test_attention_is_the_formula_for_every_number_of_new_tokens():
    key, value, query = noise.normals(noise.keys(0, 3), shape=(2, 3, 2, 6, 4)).unbind(0)
    for new in range(1, 7):
        asked = query[:, :, :, -new:]
        found = model.attention(asked, key, value)
        assert found.shape == asked.shape
        for i in range(new):
            past = 6 - new + i + 1
            scores = asked[:, :, :, i : i + 1] @ key[:, :, :, :past].transpose(-1, -2) / 2
            expected = scores.softmax(-1) @ value[:, :, :, :past]
            torch.testing.assert_close(found[:, :, :, i : i + 1], expected, **ROUNDING)


def test_theta_is_split_in_order_and_without_overlap():
    theta = torch.arange(2 * TINY.size, dtype=torch.float64).view(2, -1)
    parts = model.unpack(theta, TINY)
    assert torch.equal(torch.cat([part.flatten(1) for part in parts.values()], 1), theta)
    assert {name: tuple(part.shape[1:]) for name, part in parts.items()} == TINY.shapes()
    assert TINY.size == 2 * 5 * 8 + 9 * 8 + 2 * (8 * 24 + 64 + 2 * 4 * 64 + 16) + 8


def test_the_initial_spread_is_the_stated_one():
    architecture = Architecture(vocabulary=20, context=40, width=64, layers=3, heads=2)
    normals = noise.normals(noise.keys(0, 2), shape=(architecture.size,))
    parts = model.unpack(model.initial(architecture, normals), architecture)
    residual = math.sqrt(6)
    expected = {"embedding": 0.02, "position": 0.02, "unembedding": 1 / 8}
    expected |= {"qkv": 1 / 8, "mix": 1 / 8 / residual, "up": 1 / 8, "down": 1 / 16 / residual}
    for name, part in parts.items():
        kind = name.rpartition(".")[2]
        if kind.startswith("norm"):
            assert (part == 1).all()
        else:
            error = part.numel() ** -0.5
            assert abs(part.std().item() / expected[kind] - 1) < 4 * error
            assert not torch.isclose(part[0], part[1]).all()


# -- what is remembered ----------------------------------------------------------------------------


def test_the_cache_takes_several_tokens_at_once():
    theta, ids = policies(), tokens(3, 4, 9)
    parameters, whole = model.unpack(theta, TINY), stacked(theta, ids)
    cache = model.Cache(model.read(parameters, ids[..., :3], TINY), 7)
    for begin, end in ((2, 5), (5, 6), (6, 9)):
        step = model.logits(parameters, ids[..., begin:end], TINY, cache)[0]
        torch.testing.assert_close(step, whole[:, :, begin:end], **ROUNDING)


@pytest.mark.parametrize("architecture", SHAPES[:3])
def test_sampling_draws_token_for_token_what_reading_everything_again_draws(architecture):
    theta, prompts = policies(architecture), tokens(3, 4, 4)
    u = noise.uniforms(noise.keys(7, 3), shape=(4, 6, 5))
    found = model.sample(model.unpack(theta, architecture), prompts, u, architecture)
    expected = [
        [
            [reference_sample(theta[r], prompts[r, p], u[r, p, g], architecture) for g in range(6)]
            for p in range(4)
        ]
        for r in range(3)
    ]
    assert found.tolist() == expected
    lengths = model.written(found).sum(-1)
    assert {1, 2, 5} <= set(lengths.flatten().tolist()), "short and cut-off responses are drawn"


def test_a_prompt_is_read_once_for_its_group():
    theta, prompts, responses = policies(), tokens(3, 2, 4), tokens(3, 2, 6, 5, seed=1)
    found, entropy = model.log_probabilities(model.unpack(theta, TINY), prompts, responses, TINY)
    assert found.shape == entropy.shape == responses.shape
    seen = 0
    for r, p, g in product(range(3), range(2), range(6)):
        response = responses[r, p, g].tolist()
        ids = torch.tensor([[*prompts[r, p].tolist(), *response]])
        log_pi = reference_logits(theta[r], ids, TINY)[0, 3:8].log_softmax(-1)
        for t, token in enumerate(response):
            alive = EOS not in response[:t]
            seen += not alive
            chosen = log_pi[t, token].item() if alive else 0.0
            spread = -(log_pi[t].exp() * log_pi[t]).sum().item() if alive else 0.0
            assert found[r, p, g, t].item() == pytest.approx(chosen, rel=1e-11)
            assert entropy[r, p, g, t].item() == pytest.approx(spread, rel=1e-11)
    assert seen > 20, "some tokens come after the end"


# -- probabilities ---------------------------------------------------------------------------------


def enumerated():
    """Log-probabilities and entropies (R, P, N, T) of all N responses to some prompts."""
    small = Architecture(vocabulary=4, context=6, width=8, layers=1, heads=2)
    every = responses_of(4, 3).expand(3, 2, -1, -1)
    prompts = tokens(3, 2, 3, vocabulary=4)
    parameters = model.unpack(policies(small), small)
    return every, *model.log_probabilities(parameters, prompts, every, small)


def test_the_probabilities_of_all_responses_sum_to_one():
    _, log_pi, _ = enumerated()
    assert log_pi.shape[2] == 1 + 3 + 9 + 27
    total = log_pi.sum(-1).exp().sum(-1)
    torch.testing.assert_close(total, torch.ones(3, 2, dtype=torch.float64), **ROUNDING)


def test_token_entropies_add_up_to_the_entropy_of_the_responses():
    _, log_pi, entropy = enumerated()
    whole = log_pi.sum(-1)
    of_responses = -(whole.exp() * whole).sum(-1)
    torch.testing.assert_close((whole.exp() * entropy.sum(-1)).sum(-1), of_responses, **ROUNDING)


def test_written_ends_with_the_first_end():
    every = torch.tensor([*product(range(3), repeat=4)])
    expected = [[EOS not in o[:t] for t in range(4)] for o in every.tolist()]
    assert model.written(every).tolist() == expected


def test_inversion_meets_every_probability():
    step = torch.tensor([0.1, 0.5, 0.15, 0.25], dtype=torch.float64).log() + 3
    u = (torch.arange(1000, dtype=torch.float64) + 0.5) / 1000
    counts = model.invert(step.expand(1000, 4), u).bincount(minlength=4)
    assert counts.tolist() == [100, 500, 150, 250]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_inversion_draws_nothing_of_probability_zero(dtype):
    below = 1 - 2.0**-24
    impossible = -2000.0
    step = torch.tensor([impossible, 0, impossible, 1, impossible, impossible], dtype=dtype)
    assert (step.softmax(-1) == 0).tolist() == [True, False, True, False, True, True]
    u = torch.tensor([0.0, 2.0**-24, 0.25, 0.27, 0.5, below], dtype=torch.float32)
    assert model.invert(step.expand(6, 6), u).tolist() == [1, 1, 1, 3, 3, 3]
    alone = torch.full((3, 6), impossible, dtype=dtype)
    alone[0, 0] = alone[1, 3] = alone[2, 5] = 0
    for end in (0.0, 0.5, below):
        assert model.invert(alone, torch.full((3,), end)).tolist() == [0, 3, 5]


@pytest.mark.parametrize("size", [2, 3, 7, 50, 1000])
def test_the_largest_uniform_number_never_points_past_the_last_possible_token(size):
    """However the total of the float32 probabilities is rounded."""
    step = noise.normals(noise.keys(0, 2000), shape=(size,), dtype=torch.float32)
    step[:, -1] = -1000.0
    total = step.softmax(-1).cumsum(-1)[:, -1]
    assert size == 2 or len(total.unique()) > 1
    assert (model.invert(step, torch.full((2000,), 1 - 2.0**-24)) <= size - 2).all()


def test_a_boundary_belongs_to_the_next_token():
    even = torch.zeros(4, 4, dtype=torch.float64)
    u = torch.tensor([0.0, 0.25, 0.5, 0.75], dtype=torch.float64)
    assert model.invert(even, u).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "dtype, error", [(torch.float32, 2e-5), (torch.bfloat16, 0.15)], ids=["float32", "bfloat16"]
)
def test_shorter_number_types_are_close_and_give_float32(dtype, error):
    """log pi of a token, at most 6 in size. Measured: 4e-6 and 0.07."""
    theta, prompts, responses = policies(scale=1.0), tokens(3, 2, 4), tokens(3, 2, 6, 5, seed=1)
    exact = model.log_probabilities(model.unpack(theta, TINY), prompts, responses, TINY)
    short = model.log_probabilities(model.unpack(theta.to(dtype), TINY), prompts, responses, TINY)
    for one, other in zip(short, exact, strict=True):
        assert one.dtype == torch.float32
        assert 0 < (one - other).abs().max() < error


# -- gradients -------------------------------------------------------------------------------------


def test_gradients_are_finite_differences():
    """In a random direction of each part, through the prompt that the group shares."""
    theta, prompts, responses = policies(runs=2), tokens(2, 2, 4), tokens(2, 2, 3, 5, seed=1)
    weights = noise.normals(noise.keys(5, 2), shape=(2, 3, 5))

    def value(parameters):
        found = model.log_probabilities(parameters, prompts, responses, TINY)[0]
        return (found * weights).sum((1, 2, 3))

    parts = {
        name: part.detach().requires_grad_() for name, part in model.unpack(theta, TINY).items()
    }
    found = torch.autograd.grad(value(parts).sum(), [*parts.values()])
    size = 2e-5
    with torch.no_grad():
        for (name, part), gradient in zip(parts.items(), found, strict=True):
            direction = noise.normals(noise.keys(9, 2), shape=tuple(part.shape[1:]))
            at = {k: value({**parts, name: part + k * size * direction}) for k in (-2, -1, 1, 2)}
            # Of fourth order, so that neither the cut-off nor rounding is seen.
            differences = (8 * (at[1] - at[-1]) - (at[2] - at[-2])) / (12 * size)
            slope = (gradient * direction).flatten(1).sum(1)
            torch.testing.assert_close(slope, differences, rtol=1e-7, atol=0, msg=name)
            assert (slope.abs() > 1e-4).all(), name


def test_nothing_after_the_end_has_a_gradient():
    theta = policies(runs=1).requires_grad_()
    prompts, responses = tokens(1, 1, 4), torch.tensor([[[[2, EOS, 3, 4, 1]]]])
    ended = torch.tensor([[[[2, EOS, EOS, EOS, EOS]]]])
    found = [
        torch.autograd.grad(
            model.log_probabilities(model.unpack(theta, TINY), prompts, one, TINY)[0].sum(), theta
        )[0]
        for one in (responses, ended)
    ]
    torch.testing.assert_close(found[0], found[1], **ROUNDING)


# -- what is refused -------------------------------------------------------------------------------


def test_more_tokens_than_the_context_are_refused():
    parameters = model.unpack(policies(), TINY)
    nothing = model.Prefix([])
    model.logits(parameters, tokens(3, 1, 9), TINY, nothing)
    with pytest.raises(ValueError, match="at most 9 tokens fit, got 10"):
        model.logits(parameters, tokens(3, 1, 10), TINY, nothing)
    with pytest.raises(ValueError, match="at most 9 tokens fit, got 10"):
        model.log_probabilities(parameters, tokens(3, 1, 5), tokens(3, 1, 2, 6), TINY)
    with pytest.raises(ValueError, match="at most 9 tokens fit, got 10"):
        u = noise.uniforms(noise.keys(0, 3), shape=(1, 2, 6)) * 0.2 + 0.7
        forever = {**parameters, "unembedding": parameters["unembedding"] * 0}
        model.sample(forever, tokens(3, 1, 5), u, TINY)


@pytest.mark.parametrize("shape", [(3, TINY.size - 1), (3, TINY.size + 1), (TINY.size,)])
def test_theta_of_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match=rf"theta must be \(R, {TINY.size}\), got"):
        model.unpack(torch.zeros(shape), TINY)


@pytest.mark.parametrize("name", ["vocabulary", "context", "width", "layers", "heads"])
def test_an_architecture_without_something_is_refused(name):
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        replace(TINY, **{name: 0})


def test_a_width_that_the_heads_do_not_divide_is_refused():
    with pytest.raises(ValueError, match="width must be a multiple of heads = 3, got 8"):
        replace(TINY, heads=3)
