"""Laws of the counter-based random numbers: a pure function, and as good as independent numbers."""

import math

import pytest
import torch

from gpu_checks.noise import fold, keys, keys_of, normals, uniforms

MASK = 2**64 - 1
FLOATS = (torch.float64, torch.float32)


def reference_hash(z):
    """The finaliser of splitmix64 on Python integers, which do not wrap around."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def reference_fold(key, integer):
    return reference_hash((key + (integer + 1) * 0xD1B54A32D192ED03) & MASK)


def unsigned(t):
    return [k & MASK for k in t.reshape(-1).tolist()]


def chi_square(u, cells):
    """Distance of counts in equal cells from their mean, in standard deviations of chi-square."""
    counts = torch.histc(u.double().reshape(-1), bins=cells, min=0, max=1)
    assert counts.sum() == u.numel()
    mean = u.numel() / cells
    statistic = float(((counts - mean) ** 2 / mean).sum())
    return (statistic - (cells - 1)) / math.sqrt(2 * (cells - 1))


def correlation(a, b):
    """Sample correlation, in its standard deviations under independence."""
    a, b = a.double().reshape(-1), b.double().reshape(-1)
    return float(torch.corrcoef(torch.stack([a, b]))[0, 1]) * math.sqrt(a.numel())


# -- which function ------------------------------------------------------------------------------


def test_the_numbers_are_the_published_sequence_of_splitmix64():
    published = (
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    )
    state = torch.tensor(1234567)
    assert uniforms(state, shape=(5,)).tolist() == [(z >> 11) * 2.0**-53 for z in published]
    assert uniforms(state, shape=(5,), dtype=torch.float32).tolist() == [
        (z >> 40) * 2.0**-24 for z in published
    ]


@pytest.mark.parametrize("seed", [0, 1, 12345, 2**31 - 2, 2**32 - 1, 2**53, 2**62 - 4])
def test_keys_are_the_hash_of_python_integers(seed):
    expected = [reference_fold(0, seed + i) for i in range(4)]
    assert unsigned(keys(seed, 4)) == expected
    assert unsigned(fold(keys(seed, 4), 7, 0)) == [
        reference_fold(reference_fold(k, 7), 0) for k in expected
    ]


def test_the_largest_integers_wrap_around_as_python_says():
    for key in (-(2**63), -1, 0, 2**63 - 1):
        for integer in (0, 1, 2**40, 2**63 - 2):
            got = unsigned(fold(torch.tensor(key), integer))
            assert got == [reference_fold(key & MASK, integer)]


def test_float32_is_float64_rounded_down():
    key = keys(3, 50)
    wide, narrow = (uniforms(key, 1, shape=(1000,), dtype=d) for d in FLOATS)
    assert wide.dtype == torch.float64 and narrow.dtype == torch.float32
    assert torch.equal(narrow.double(), torch.floor(wide * 2**24) / 2**24)


# -- a pure function of key, counters and index --------------------------------------------------


@pytest.mark.parametrize("draw", [uniforms, normals])
@pytest.mark.parametrize("dtype", FLOATS)
def test_a_run_in_a_population_is_the_run_of_its_seed(draw, dtype):
    population = draw(keys(40, 6), 5, 2, shape=(3, 7), dtype=dtype)
    assert population.shape == (6, 3, 7) and population.dtype == dtype
    for i in range(6):
        single = draw(keys(40 + i, 1), 5, 2, shape=(3, 7), dtype=dtype)
        assert torch.equal(population[i : i + 1], single)
        assert torch.equal(population[i], draw(keys(40, 6)[i], 5, 2, shape=(3, 7), dtype=dtype))


def test_keys_of_any_shape():
    key = keys(0, 12)
    whole = uniforms(key, 1, shape=(5,))
    assert torch.equal(uniforms(key.reshape(3, 4), 1, shape=(5,)), whole.reshape(3, 4, 5))
    assert torch.equal(uniforms(key[::2], 1, shape=(5,)), whole[::2])
    assert uniforms(key, shape=()).shape == (12,)
    assert uniforms(key[0], shape=()).shape == ()
    assert uniforms(key, shape=(0, 3)).shape == (12, 0, 3)
    assert uniforms(key[:0], shape=(2,)).shape == (0, 2)


@pytest.mark.parametrize("draw", [uniforms, normals])
def test_counters_are_folded_into_the_key_one_after_another(draw):
    key = keys(9, 3)
    expected = draw(key, 4, 0, 2, shape=(6,))
    assert torch.equal(draw(fold(key, 4, 0, 2), shape=(6,)), expected)
    assert torch.equal(draw(fold(fold(key, 4), 0), 2, shape=(6,)), expected)
    assert torch.equal(draw(key, torch.tensor(4), 0, torch.tensor(2), shape=(6,)), expected)
    assert torch.equal(fold(key), key)


@pytest.mark.parametrize("draw", [uniforms, normals])
def test_a_shape_begins_with_the_numbers_of_a_shorter_one(draw):
    key = keys(1, 4)
    long = draw(key, 8, shape=(60,))
    assert torch.equal(draw(key, 8, shape=(17,)), long[:, :17])
    assert torch.equal(draw(key, 8, shape=(12, 5)), long.reshape(4, 12, 5))
    assert torch.equal(draw(key, 8, shape=(7, 5)), draw(key, 8, shape=(12, 5))[:, :7])
    # Not promised for columns: the second row begins elsewhere.
    assert not torch.equal(draw(key, 8, shape=(6, 4)), draw(key, 8, shape=(6, 5))[:, :, :4])


# -- as good as independent ----------------------------------------------------------------------


def test_every_key_counter_and_order_of_counters_draws_other_numbers():
    key = keys(0, 300)
    single = fold(key[:, None], torch.arange(300))
    pairs = fold(key[:, None], torch.arange(20).repeat(20), torch.arange(20).repeat_interleave(20))
    every = torch.cat([k.reshape(-1) for k in (key, single, pairs, fold(key, 0, 0, 0))])
    assert every.unique().numel() == every.numel() == 300 * 702
    bits = uniforms(every, shape=(8,)).reshape(-1)
    # 1.7 million draws of 2^53: the expected number of coincidences is 1.6e-4.
    assert bits.unique().numel() == bits.numel()
    assert not set(every.tolist()) & set((bits * 2**53).long().tolist())


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("cells", [2, 10, 1000])
def test_uniform_over_indices_keys_and_counters(cells, dtype):
    one_stream = uniforms(keys(5, 1), shape=(200_000,), dtype=dtype)
    many_keys = uniforms(keys(0, 200_000), 3, shape=(), dtype=dtype)
    many_counters = uniforms(fold(keys(5, 1)[0], torch.arange(200_000)), shape=(), dtype=dtype)
    high = uniforms(keys(10**9, 40), 10**9, shape=(5000,), dtype=dtype)
    for u in (one_stream, many_keys, many_counters, high):
        assert u.min() >= 0 and u.max() < 1
        assert abs(chi_square(u, cells)) < 4


def test_neighbours_are_uncorrelated():
    table = uniforms(fold(keys(0, 101)[:, None], torch.arange(41)), shape=(51,))
    keys_apart, counters_apart, indices_apart = (
        (table.narrow(d, 0, table.shape[d] - s), table.narrow(d, s, table.shape[d] - s))
        for d, s in ((0, 1), (1, 1), (2, 1))
    )
    for a, b in (keys_apart, counters_apart, indices_apart):
        assert abs(correlation(a, b)) < 4
        assert abs(correlation((a - 0.5) ** 2, (b - 0.5) ** 2)) < 4
        assert abs(correlation((a * 2**20) % 1, (b * 2**20) % 1)) < 4
        assert abs(chi_square((a + b) % 1, 100)) < 4


# -- normal numbers ------------------------------------------------------------------------------


def test_normals_are_standard_normal():
    z = normals(keys(0, 100), 1, shape=(2000,))
    phi = (1 + torch.erf(z / math.sqrt(2))) / 2
    for cells in (2, 10, 1000):
        assert abs(chi_square(phi, cells)) < 4
    for power, mean, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        error = float((z**power).mean()) - mean
        assert abs(error) < 4 * math.sqrt(variance / z.numel())
    assert abs(correlation(z[:, 1:], z[:, :-1])) < 4
    assert abs(correlation(z[1:], z[:-1])) < 4


def test_normals_are_finite_at_the_ends_of_the_unit_interval(monkeypatch):
    top = 1 - 2.0**-53
    ends = torch.tensor([[0, 0], [top, 0], [top, 0.5]], dtype=torch.float64)
    monkeypatch.setattr("gpu_checks.noise.uniforms", lambda *_, **__: ends)
    largest = math.sqrt(106 * math.log(2))
    z = normals(torch.tensor(0), shape=(3,))
    assert z.tolist() == pytest.approx([0, largest, -largest], abs=0, rel=1e-14)


# -- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: keys(-1, 2), "-1"),
        (lambda: keys(0, -2), "-2"),
        (lambda: keys(2**62 - 1, 2), str(2**62 - 1)),
        (lambda: fold(keys(0, 1), 3, -4), "-4"),
        (lambda: fold(torch.zeros(2), 1), "float32"),
        (lambda: uniforms(torch.zeros(2, dtype=torch.int32), shape=(1,)), "int32"),
        (lambda: uniforms(keys(0, 1), -5, shape=(1,)), "-5"),
        (lambda: uniforms(keys(0, 1), shape=(1,), dtype=torch.float16), "float16"),
        (lambda: normals(keys(0, 1), shape=(1,), dtype=torch.bfloat16), "bfloat16"),
    ],
)
def test_arguments_outside_the_domain_are_named(make, says):
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.gpu
def test_the_same_numbers_on_a_cuda_device():
    here, there = keys(7, 1000), keys(7, 1000, "cuda")
    assert torch.equal(here, there.cpu())
    for dtype in FLOATS:
        a, b = (uniforms(k, 3, 2**40, shape=(20, 50), dtype=dtype) for k in (here, there))
        assert torch.equal(a, b.cpu())
    a, b = (normals(k, 3, shape=(1000,)) for k in (here, there))
    assert torch.allclose(a, b.cpu(), rtol=1e-13, atol=1e-13)


def test_keys_of_seeds_in_any_order_are_the_keys_of_each() -> None:
    seeds = [5, 0, 3]
    expected = torch.cat([keys(seed, 1) for seed in seeds])
    assert torch.equal(keys_of(torch.tensor(seeds)), expected)
    with pytest.raises(ValueError, match="int64"):
        keys_of(torch.tensor([1.0]))
