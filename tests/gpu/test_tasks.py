"""Laws of the tasks: every verifier agrees with a slow one in plain Python, on all responses."""

import math
from collections import Counter
from itertools import product

import pytest
import torch

from gpu_checks.noise import keys, uniforms
from gpu_checks.tasks import EOS, SEP, TASKS, integers, lengths, task

ONE_ANSWER = ("copy", "reverse", "sort", "modular_addition")
SMALL = [
    *((name, 2, n) for name in TASKS for n in (1, 2)),
    *((name, 3, 2) for name in (*ONE_ANSWER, "parity")),
    ("reverse", 2, 3),
    ("modular_addition", 2, 3),
    ("parity", 2, 4),
    ("brackets", 2, 4),
    ("brackets", 4, 2),
]
"""Task, alphabet, n: all prompts of sizes 1, ..., n against all V^T sequences."""


# -- the slow reference: lists of integers, one response at a time ---------------------------------


def split(prompt):
    """The words of a prompt, without their separators."""
    words: list[list[int]] = [[]]
    for token in prompt:
        if token == 1:
            words.append([])
        else:
            words[-1].append(token)
    return [word for word in words if word]


def left_open(word, kinds):
    """The brackets that a word leaves open, or None if no word that begins so is balanced."""
    stack = []
    for token in word:
        if token < 2 + kinds:
            stack.append(token)
        elif not stack or stack.pop() + kinds != token:
            return None
    return stack


def correct(name, alphabet, prompt, response):
    if 0 not in response:
        return False
    end = response.index(0)
    body = response[:end]
    if any(t != 0 for t in response[end:]) or not all(2 <= t < 2 + alphabet for t in body):
        return False
    words = split(prompt)
    if name == "copy":
        return body == words[0]
    if name == "reverse":
        return body == words[0][::-1]
    if name == "sort":
        return body == sorted(words[0])
    if name == "modular_addition":
        values = [sum((t - 2) * alphabet**i for i, t in enumerate(w)) for w in (*words, body)]
        size = len(words[0])
        return len(body) == size and (values[0] + values[1] - values[2]) % alphabet**size == 0
    if name == "parity":
        return body != [] and (sum(t - 2 for t in words[0]) - body[-1] + 2) % alphabet == 0
    return left_open(words[0] + body, alphabet // 2) == []


def all_prompts(name, alphabet, n):
    """Every prompt of sizes 1, ..., n."""
    found = []
    for m in range(1, n + 1):
        symbols = [list(w) for w in product(range(2, 2 + alphabet), repeat=m)]
        if name == "modular_addition":
            found += [[1] * (2 * (n - m)) + x + [1] + y + [1] for x in symbols for y in symbols]
        elif name == "brackets":
            found += [[1] * (n - m) + w + [1] for w in symbols if left_open(w, alphabet // 2)]
        else:
            found += [[1] * (n - m) + w + [1] for w in symbols]
    return found


def verdicts(name, alphabet, prompts, responses):
    """The slow verdicts (B, G) on prompts (B, P) and responses (B, G, T)."""
    pairs = zip(prompts.tolist(), responses.tolist(), strict=True)
    return torch.tensor([[correct(name, alphabet, p, r) for r in group] for p, group in pairs])


def drawn(chosen, n, count, easiest=None, seed=0, dtype=torch.float64):
    """(count, P): prompts of a task."""
    u = uniforms(keys(seed, 1)[0], shape=(count, chosen.uniforms_needed(n)), dtype=dtype)
    return chosen.prompts(u, n, easiest)


def random_integers(seed, below, shape):
    return (uniforms(keys(seed, 1)[0], 77, shape=shape) * below).long()


def deviation(counts, expected):
    """Chi-square, in its standard deviations above or below its mean."""
    counts, expected = (torch.as_tensor(x).double() for x in (counts, expected))
    freedom = counts.numel() - 1
    statistic = float(((counts - expected) ** 2 / expected).sum())
    return abs(statistic - freedom) / math.sqrt(2 * freedom)


# -- all responses ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name, alphabet, n", SMALL)
def test_the_verifier_agrees_with_the_slow_one_on_all_sequences(name, alphabet, n):
    chosen = task(name, alphabet)
    every = torch.tensor(list(product(range(chosen.vocabulary), repeat=chosen.longest(n))))
    prompts = torch.tensor(all_prompts(name, alphabet, n))
    got = chosen.verify(prompts[:, None], every)
    expected = verdicts(name, alphabet, prompts, every.expand(len(prompts), *every.shape))
    assert got.dtype == torch.bool and got.shape == (len(prompts), len(every))
    assert torch.equal(got, expected)
    counts = got.sum(1).tolist()
    assert counts == [how_many(name, alphabet, p, chosen.longest(n)) for p in prompts.tolist()]


def how_many(name, alphabet, prompt, longest):
    """Correct responses to a prompt, counted by a formula."""
    if name in ONE_ANSWER:
        return 1
    if name == "parity":
        return sum(alphabet**scratch for scratch in range(longest - 1))
    kinds = alphabet // 2
    depth = sum(1 if t < 2 + kinds else -1 for t in prompt if t != 1)
    pairs = range((longest - 1 - depth) // 2 + 1)
    # Ways down from that depth with that many extra pairs: the ballot numbers.
    return sum(
        kinds**j * (depth + 1) * math.comb(depth + 2 * j + 1, j) // (depth + 2 * j + 1)
        for j in pairs
    )


# -- longer words: near misses and random responses ------------------------------------------------


def near_misses(responses, vocabulary):
    """(B, T) -> (B, G, T): one token changed, inserted or left out, an early end, and no end.

    The tokens put in are those of the vocabulary and the integers beside it.
    """
    found = [responses]
    for t in range(responses.shape[-1]):
        head, tail = responses[:, :t], responses[:, t:]
        found.append(torch.cat([head, tail[:, 1:], tail[:, -1:]], 1))
        found.append(torch.cat([head, torch.zeros_like(tail)], 1))
        for token in range(-1, vocabulary + 1):
            put = torch.full_like(tail[:, :1], token)
            found.append(torch.cat([head, put, tail[:, 1:]], 1))
            found.append(torch.cat([head, put, tail[:, :-1]], 1))
            found.append(torch.where(responses == EOS, put, responses))
    return torch.stack(found, 1)


@pytest.mark.parametrize("name", TASKS)
def test_near_misses_of_the_reference_answer(name):
    chosen, n = task(name), 7
    prompts = drawn(chosen, n, 30, easiest=1)
    answers = chosen.answer(prompts, n)
    assert bool(chosen.verify(prompts, answers).all())
    responses = near_misses(answers, chosen.vocabulary)
    got = chosen.verify(prompts[:, None], responses)
    assert torch.equal(got, verdicts(name, chosen.alphabet, prompts, responses))
    assert not got.all(1).any()
    if name in ONE_ANSWER:
        assert torch.equal(got, (responses == answers[:, None]).all(-1))


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("alphabet", [2, 4, 6])
def test_random_responses_to_long_prompts(name, alphabet):
    chosen, n = task(name, alphabet), 11
    prompts, horizon = drawn(chosen, n, 200, easiest=1, seed=alphabet), chosen.longest(n)
    tokens = random_integers(alphabet, chosen.vocabulary, (200, 20, horizon))
    ends = random_integers(1, horizon + 1, (200, 20, 1))
    ended = torch.where(torch.arange(horizon) < ends, tokens.clamp(min=2), EOS)
    responses = torch.cat([tokens, ended], 1)
    got = chosen.verify(prompts[:, None], responses)
    assert torch.equal(got, verdicts(name, alphabet, prompts, responses))
    if name in ("parity", "brackets"):
        assert got.any(), "some random responses are correct"


# -- prompts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, alphabet, n", SMALL)
def test_prompts_are_all_the_prompts_there_are(name, alphabet, n):
    chosen = task(name, alphabet)
    prompts = drawn(chosen, n, 6000, easiest=1)
    assert prompts.dtype == torch.int64 and prompts.shape == (6000, chosen.prompt_length(n))
    found, expected = (
        {tuple(p) for p in ps} for ps in (prompts.tolist(), all_prompts(name, alphabet, n))
    )
    assert found == expected


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_sizes_are_as_asked_and_equally_likely(name, dtype):
    chosen, n = task(name), 9
    assert set(chosen.size(drawn(chosen, n, 100, dtype=dtype)).tolist()) == {9}
    assert set(chosen.size(drawn(chosen, n, 100, easiest=9, dtype=dtype)).tolist()) == {9}
    prompts = drawn(chosen, n, 7000, easiest=3, dtype=dtype)
    assert chosen.size(prompts).tolist() == [len(split(p)[0]) for p in prompts.tolist()]
    counts = torch.bincount(chosen.size(prompts), minlength=10)
    assert counts[:3].sum() == 0 and deviation(counts[3:], [1000.0] * 7) < 4
    assert (prompts[:, -1] == SEP).all() and (prompts < chosen.vocabulary).all()
    assert (prompts >= SEP).all()


@pytest.mark.parametrize("name", [n for n in TASKS if n != "brackets"])
def test_symbols_are_uniform_at_each_position(name):
    chosen, n = task(name, 5), 4
    prompts = drawn(chosen, n, 10_000)
    places = [p for p in range(chosen.prompt_length(n)) if (p + 1) % (n + 1)]
    for p in places:
        counts = torch.bincount(prompts[:, p], minlength=7)
        assert counts[:2].sum() == 0 and deviation(counts[2:], [2000.0] * 5) < 4
    words = Counter(map(tuple, prompts[:, places[:4]].tolist()))
    assert deviation([words[w] for w in product(range(2, 7), repeat=4)], [16.0] * 625) < 4


def chance(word, kinds, stack=()):
    """Probability of the rest of a prompt, given the brackets that are open."""
    if not word:
        return 1.0 if stack else 0.0
    first, rest = word[0], word[1:]
    must_open = not stack or (len(stack) == 1 and not rest)
    if first < 2 + kinds:
        here = 1 / kinds if must_open else 1 / (2 * kinds)
        return here * chance(rest, kinds, (*stack, first))
    if must_open or stack[-1] + kinds != first:
        return 0.0
    return chance(rest, kinds, stack[:-1]) / 2


@pytest.mark.parametrize("alphabet, n", [(2, 6), (4, 4), (6, 3)])
def test_prompts_of_brackets_have_the_distribution_of_their_docstring(alphabet, n):
    words = Counter(map(tuple, drawn(task("brackets", alphabet), n, 40_000)[:, :-1].tolist()))
    chances = {
        w: c
        for w in product(range(2, 2 + alphabet), repeat=n)
        if (c := chance(w, alphabet // 2)) > 0
    }
    assert sum(chances.values()) == pytest.approx(1) and set(words) <= set(chances)
    counts = [words[w] for w in chances]
    assert deviation(counts, [40_000 * c for c in chances.values()]) < 4


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_integers_are_equal_parts_of_the_unit_interval(dtype):
    below = torch.nextafter(torch.ones((), dtype=dtype), torch.zeros((), dtype=dtype))
    for count in range(1, 1000):
        assert int(integers(below, count)) == count - 1
        middles = (torch.arange(count, dtype=dtype) + 0.5) / count
        assert torch.equal(integers(middles, count), torch.arange(count))


@pytest.mark.parametrize("name", TASKS)
def test_an_easier_prompt_is_the_prompt_of_that_size_filled_up(name):
    chosen = task(name)
    prompts = drawn(chosen, 6, 50, easiest=1)
    for prompt, m in zip(prompts, chosen.size(prompts).tolist(), strict=True):
        own = prompt[chosen.prompt_length(6) - chosen.prompt_length(m) :]
        short = chosen.answer(own, m)
        assert chosen.size(own) == m and bool(chosen.verify(own, short))
        answer = chosen.answer(prompt, 6)
        assert answer[: chosen.longest(m)].tolist() == short.tolist()
        assert (answer[chosen.longest(m) :] == EOS).all()


# -- shapes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TASKS)
def test_populations_and_groups_are_loops(name):
    chosen, n = task(name), 3
    u = uniforms(keys(0, 4), 1, shape=(5, chosen.uniforms_needed(n)))
    prompts = chosen.prompts(u, n, easiest=2)  # (4, 5, P)
    assert prompts.shape == (4, 5, chosen.prompt_length(n))
    answers = chosen.answer(prompts, n)
    others = answers[:, torch.arange(5).roll(1)]
    responses = torch.stack([answers, others, answers.roll(1, -1)], 2)  # (4, 5, 3, T)
    got = chosen.verify(prompts[:, :, None], responses)
    assert got.shape == (4, 5, 3) and got[..., 0].all() and not got.all()
    for r, b in product(range(4), range(5)):
        assert torch.equal(chosen.prompts(u[r, b], n, easiest=2), prompts[r, b])
        assert torch.equal(chosen.answer(prompts[r, b], n), answers[r, b])
        for g in range(3):
            assert chosen.verify(prompts[r, b], responses[r, b, g]) == got[r, b, g]
    assert chosen.verify(prompts[:0], answers[:0]).shape == (0, 5)


def test_lengths_count_the_first_eos():
    every = list(product(range(3), repeat=5))
    expected = [r.index(0) + 1 if 0 in r else 5 for r in every]
    assert lengths(torch.tensor(every)).tolist() == expected
    assert lengths(torch.tensor(every).reshape(27, 9, 5)).flatten().tolist() == expected


def test_the_deepest_brackets_fit():
    for alphabet, n in ((2, 29), (4, 29), (6, 18), (8, 14)):
        chosen, last_kind = task("brackets", alphabet), 1 + alphabet // 2
        prompt = torch.tensor([last_kind] * n + [SEP])
        answer = chosen.answer(prompt, n)
        assert answer.tolist() == [1 + alphabet] * n + [EOS] * 3
        extra = torch.tensor([last_kind, *answer[:-1].tolist()])
        extra[n + 1] = 1 + alphabet
        deeper = torch.tensor([last_kind] * (n + 2) + [EOS])
        responses = torch.stack([answer, extra, deeper])
        expected = verdicts("brackets", alphabet, prompt[None], responses[None])[0]
        assert chosen.verify(prompt, responses).tolist() == expected.tolist()
        assert expected.tolist() == [True, True, False]
        with pytest.raises(ValueError, match=str(n + 1)):
            chosen.longest(n + 1)


# -- what is refused -------------------------------------------------------------------------------


def ones(*shape):
    return torch.ones(shape, dtype=torch.int64)


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: task("addition"), "'addition'.*copy, reverse, sort, modular_addition, parity"),
        (lambda: task("copy", 1), "copy.*got 1"),
        (lambda: task("parity", 0), "parity.*got 0"),
        (lambda: task("brackets", 3), "even.*got 3"),
        (lambda: task("sort").prompt_length(0), "sort.*got 0"),
        (lambda: task("brackets").longest(-1), "brackets.*got -1"),
        (lambda: task("copy").uniforms_needed(0), "copy.*got 0"),
        (lambda: task("copy").prompts(ones(5) / 2, 3), r", 4\).*\(5,\)"),
        (lambda: task("copy").prompts(ones(4) / 2, 3, easiest=4), "<= 3; got 4"),
        (lambda: task("copy").prompts(ones(4) / 2, 3, easiest=0), "<= 3; got 0"),
        (lambda: task("copy").answer(ones(5), 3), r", 4\).*\(5,\)"),
        (lambda: task("brackets").answer(ones(5), 3), r", 4\).*\(5,\)"),
        (lambda: task("parity").verify(ones(4), ones(2, 6)), r", 5\).*\(2, 6\)"),
        (lambda: task("modular_addition").verify(ones(7), ones(4)), r", 6\).*\(7,\)"),
        (lambda: task("copy").verify(ones(1), ones(2)), "got 0"),
    ],
)
def test_arguments_outside_the_domain_are_named(make, says):
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.gpu
@pytest.mark.parametrize("name", TASKS)
def test_the_same_on_a_cuda_device(name):
    chosen, n, count = task(name), 6, 1000
    u = uniforms(keys(0, 1)[0], shape=(count, chosen.uniforms_needed(n)))
    prompts, on_device = (chosen.prompts(v, n, easiest=1) for v in (u, u.cuda()))
    assert on_device.is_cuda and torch.equal(prompts, on_device.cpu())
    answers = chosen.answer(prompts, n)
    assert torch.equal(answers, chosen.answer(on_device, n).cpu())
    responses = near_misses(answers, chosen.vocabulary)
    here = chosen.verify(prompts[:, None], responses)
    assert torch.equal(here, chosen.verify(on_device[:, None], responses.cuda()).cpu())
