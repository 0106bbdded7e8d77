"""The transformer: gradients, and what it refuses."""

from dataclasses import replace

import pytest
import torch

from gpu_checks import model, noise
from gpu_checks.model import EOS
from tests.gpu.small_networks import ROUNDING, TINY, policies, tokens

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
