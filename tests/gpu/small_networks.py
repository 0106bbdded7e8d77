"""Small networks and what they read, for the laws of the transformer."""

from gpu_checks import model, noise
from gpu_checks.model import Architecture

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
