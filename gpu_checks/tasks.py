"""Tasks with a verifiable answer: prompts made from uniform numbers, and exact verifiers.

Tokens: EOS = 0, SEP = 1, then the symbols: 2, ..., 1 + alphabet, for digits 0, ..., alphabet - 1.

Prompts are int64, shape (..., P): one or two words of m symbols, each followed by SEP, and filled
up with SEP on the left. m is the size of the prompt and n >= m the size that P stands for.

Responses are int64, shape (..., T), and T = longest(n) is the horizon. A response is *finished* if
it consists of symbols, at least one EOS, and nothing after the first EOS but EOS. A response that
is not finished is never correct: cut off, with SEP in it, or going on after EOS.

    copy, reverse, sort   the word, the word backwards, the word in ascending order
    modular_addition      x + y mod alphabet^m, the least significant digit first, as are x and y
    parity                any symbols, then the sum of the word mod alphabet (by default, bits)
    brackets              whatever closes the open brackets in the right order, and leaves none open

The first four have one correct response to a prompt, the others many, of several lengths. All is
elementwise or along the last dimension, on the device of the input. Of tensors only the shapes are
looked at when arguments are checked, so that no device is waited for.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import pad

EOS = 0
SEP = 1
FIRST = 2
"""The first symbol."""


def lengths(responses: Tensor) -> Tensor:
    """Tokens up to and including the first EOS, or T if there is none: (..., T) -> (...) int64."""
    before = (responses == EOS).cumsum(-1) == 0
    return (before.sum(-1) + 1).clamp(max=responses.shape[-1])


@dataclass(frozen=True)
class Task(ABC):
    """What all tasks share, and what each has to define: `answer` and `verify`.

    Every method raises ValueError for a size n < 1, and where a shape does not fit the task.
    """

    alphabet: int
    name: ClassVar[str]
    usual: ClassVar[int] = 4
    """The alphabet of a task that is asked for by name alone."""
    words: ClassVar[int] = 1
    """Words in a prompt."""
    room: ClassVar[int] = 2
    """Longest response minus n: EOS, and one symbol more than the answer has."""

    def __post_init__(self) -> None:
        if self.alphabet < 2:
            raise ValueError(f"{self.name}: needs an alphabet of 2 or more; got {self.alphabet}")

    @property
    def vocabulary(self) -> int:
        """V: EOS, SEP and the symbols."""
        return self.alphabet + FIRST

    def prompt_length(self, n: int) -> int:
        """P: each word has n symbols and SEP."""
        self.require_size(n)
        return self.words * (n + 1)

    def longest(self, n: int) -> int:
        """T: the most tokens in a response, EOS included."""
        self.require_size(n)
        return n + self.room

    def uniforms_needed(self, n: int) -> int:
        """Uniform numbers for one prompt: its size, then one number for each symbol."""
        self.require_size(n)
        return 1 + self.words * n

    def prompts(self, u: Tensor, n: int, easiest: int | None = None) -> Tensor:
        """Prompts (..., P) from numbers u in [0, 1), shape (..., uniforms_needed(n)).

        All have size n, or sizes uniform on easiest, ..., n. Raises ValueError unless
        1 <= easiest <= n and u has as many numbers.
        """
        least = n if easiest is None else easiest
        if u.shape[-1:] != (self.uniforms_needed(n),):
            wanted = f"(..., {self.uniforms_needed(n)})"
            raise ValueError(f"{self.name}: size {n} needs u of shape {wanted}; got {(*u.shape,)}")
        if not 1 <= least <= n:
            raise ValueError(f"{self.name}: sizes begin at 1 <= easiest <= {n}; got {easiest}")
        sizes = least + integers(u[..., 0], n - least + 1)  # (...)
        symbols = self.draw(u[..., 1:], sizes)  # (..., words n)
        places, there = self.places(sizes, n)  # (..., words n)
        empty = symbols.new_full((*sizes.shape, self.prompt_length(n)), SEP)
        return empty.scatter(-1, places, torch.where(there, symbols, SEP))  # (..., P)

    def size(self, prompts: Tensor) -> Tensor:
        """Size m of each prompt: (..., P) -> (...) int64."""
        return (prompts != SEP).sum(-1) // self.words

    @abstractmethod
    def answer(self, prompts: Tensor, n: int) -> Tensor:
        """A correct response to each prompt, filled up with EOS: (..., P) -> (..., T)."""

    @abstractmethod
    def verify(self, prompts: Tensor, responses: Tensor) -> Tensor:
        """Which responses are correct: (..., P) and (..., T) -> (...) bool, exactly.

        The leading dimensions broadcast: prompts (..., 1, P) and groups (..., G, T) give (..., G).
        Raises ValueError if P is no prompt length, or T is not that task's longest response.
        """

    def draw(self, u: Tensor, sizes: Tensor) -> Tensor:
        """The symbols of all words, as for size n, one for each number in u; the first m count."""
        return integers(u, self.alphabet) + FIRST

    def places(self, sizes: Tensor, n: int) -> tuple[Tensor, Tensor]:
        """Where in a prompt the symbols are, and which there are: two tensors (..., words n).

        Symbol i of word w is at P - (words - w)(m + 1) + i, if i < m. The place of the others is
        P - 1, where each prompt has SEP.
        """
        w = torch.arange(self.words, device=sizes.device).repeat_interleave(n)  # (words n,)
        i = torch.arange(n, device=sizes.device).repeat(self.words)  # (words n,)
        m = sizes[..., None]
        end = self.prompt_length(n)
        there = i < m
        return torch.where(there, end - (self.words - w) * (m + 1) + i, end - 1), there

    def digits(self, prompts: Tensor, n: int) -> tuple[Tensor, Tensor]:
        """The words of the prompts (..., words, n), and which digits there are, of that shape.

        A word begins at digit 0, and from digit m on it is 0.
        """
        self.require_prompts(prompts, n)
        places, there = self.places(self.size(prompts), n)  # (..., words n)
        digits = torch.where(there, prompts.gather(-1, places) - FIRST, 0)
        return digits.unflatten(-1, (self.words, n)), there.unflatten(-1, (self.words, n))

    def finished(self, responses: Tensor) -> Tensor:
        """Which responses are symbols and then EOS to the end: (..., T) -> (...)."""
        ended = responses == EOS
        symbol = (responses >= FIRST) & (responses < self.vocabulary)
        stays = (ended[..., 1:] | symbol[..., :-1]).all(-1)
        return stays & ended[..., -1] & (symbol | ended).all(-1)

    def require_size(self, n: int) -> None:
        if n < 1:
            raise ValueError(f"{self.name}: the size is 1 or more; got {n}")

    def require_prompts(self, prompts: Tensor, n: int) -> None:
        if prompts.shape[-1:] != (self.prompt_length(n),):
            wanted = f"(..., {self.prompt_length(n)})"
            raise ValueError(f"{self.name}: prompts have shape {wanted}; got {(*prompts.shape,)}")

    def require_responses(self, prompts: Tensor, responses: Tensor) -> int:
        """The size n of the task, from the shape of its prompts."""
        n = prompts.shape[-1] // self.words - 1
        self.require_prompts(prompts, n)
        if responses.shape[-1:] != (self.longest(n),):
            wanted = f"(..., {self.longest(n)})"
            raise ValueError(
                f"{self.name}: responses have shape {wanted}; got {(*responses.shape,)}"
            )
        return n


class OneAnswer(Task):
    """A task whose only correct response is a word as long as those of the prompt: `result`."""

    @abstractmethod
    def result(self, words: Tensor, sizes: Tensor) -> Tensor:
        """Digits (..., n) of the answer, where words is (..., words, n) and sizes (...).

        From digit m on, the words are 0 and the answer is not looked at.
        """

    def answer(self, prompts: Tensor, n: int) -> Tensor:
        words, there = self.digits(prompts, n)  # (..., words, n)
        digits = self.result(words, self.size(prompts))  # (..., n)
        symbols = torch.where(there[..., 0, :], digits + FIRST, EOS)
        return pad(symbols, (0, self.room), value=EOS)  # (..., T)

    def verify(self, prompts: Tensor, responses: Tensor) -> Tensor:
        n = self.require_responses(prompts, responses)
        return (self.answer(prompts, n) == responses).all(-1)


class Copy(OneAnswer):
    name = "copy"

    def result(self, words: Tensor, sizes: Tensor) -> Tensor:
        return words[..., 0, :]


class Reverse(OneAnswer):
    name = "reverse"

    def result(self, words: Tensor, sizes: Tensor) -> Tensor:
        """Digit m - 1 - i."""
        i = torch.arange(words.shape[-1], device=words.device)
        return words[..., 0, :].gather(-1, (sizes[..., None] - 1 - i).clamp(min=0))


class Sort(OneAnswer):
    name = "sort"

    def result(self, words: Tensor, sizes: Tensor) -> Tensor:
        """What is not in the word counts as larger than every digit."""
        i = torch.arange(words.shape[-1], device=words.device)
        missing = i >= sizes[..., None]
        return words[..., 0, :].masked_fill(missing, self.alphabet).sort(-1).values


class ModularAddition(OneAnswer):
    name = "modular_addition"
    words = 2

    def result(self, words: Tensor, sizes: Tensor) -> Tensor:
        """Digit by digit, the carry going to the next one; the last carry is dropped."""
        columns = words.sum(-2)  # (..., n)
        digits, carry = [], torch.zeros_like(sizes)
        for column in columns.unbind(-1):
            total = column + carry
            digits.append(total % self.alphabet)
            carry = total // self.alphabet
        return torch.stack(digits, -1)


class Parity(Task):
    """The last symbol before EOS counts; the symbols before it are scratch."""

    name = "parity"
    usual = 2

    def answer(self, prompts: Tensor, n: int) -> Tensor:
        """The shortest: no scratch."""
        words, _ = self.digits(prompts, n)
        symbol = words.sum((-2, -1)) % self.alphabet + FIRST  # (...)
        return pad(symbol[..., None], (0, self.longest(n) - 1), value=EOS)  # (..., T)

    def verify(self, prompts: Tensor, responses: Tensor) -> Tensor:
        n = self.require_responses(prompts, responses)
        last = (lengths(responses) - 2).clamp(min=0)  # of an immediate EOS, itself: no symbol
        symbol = responses.gather(-1, last[..., None])[..., 0]
        return self.finished(responses) & (symbol == self.answer(prompts, n)[..., 0])


class Brackets(Task):
    """k = alphabet/2 kinds of brackets: symbol j < k opens kind j, symbol k + j closes it.

    A prompt is a prefix of a balanced word, with at least one bracket open; a response is correct
    if it makes the word balanced. There is room for one more pair after the longest closing.

    The open brackets are one integer: 1, and then for each its kind as a digit in base max(k, 2).
    0 stands for a word that cannot become balanced. The digits have to fit: the base to the power
    of all tokens, 2n + 3, is at most 2^62, so n <= 29 with two kinds.
    """

    name = "brackets"
    room = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.alphabet % 2:
            raise ValueError(f"brackets: needs an even alphabet; got {self.alphabet}")

    @property
    def kinds(self) -> int:
        return self.alphabet // 2

    @property
    def base(self) -> int:
        return max(self.kinds, 2)

    def require_size(self, n: int) -> None:
        super().require_size(n)
        if self.base ** (2 * n + self.room) > 2**62:
            raise ValueError(f"brackets: needs {self.base}^(2n + {self.room}) <= 2^62; got n = {n}")

    def draw(self, u: Tensor, sizes: Tensor) -> Tensor:
        """Opens or closes with probability 1/2 each, and opens any kind with equal probability.

        It has to open if none is open, and it must not close the only one with the last symbol.
        All prompts are possible; they are not equally likely.
        """
        opened, symbols = torch.ones_like(sizes), []
        for i, number in enumerate(u.unbind(-1)):
            last = sizes == i + 1
            must_open = (opened == 1) | (last & (opened // self.base == 1))
            any_symbol = integers(number, self.alphabet)
            closes = (any_symbol >= self.kinds) & ~must_open
            symbol = torch.where(must_open, integers(number, self.kinds), any_symbol)
            symbol = torch.where(closes, self.kinds + opened % self.base, symbol) + FIRST
            opened = self.read(opened, symbol)
            symbols.append(symbol)
        return torch.stack(symbols, -1)  # (..., n)

    def read(self, opened: Tensor, token: Tensor) -> Tensor:
        """The open brackets after one more token. SEP and EOS change nothing.

        To close where nothing is open gives 0, as 1 // base and 0 // base are 0.
        """
        symbol = token - FIRST
        kind = symbol % self.kinds
        opens = (symbol >= 0) & (symbol < self.kinds) & (opened > 0)
        closes = symbol >= self.kinds
        closed = torch.where(opened % self.base == kind, opened // self.base, 0)
        return torch.where(closes, closed, torch.where(opens, opened * self.base + kind, opened))

    def open_brackets(self, prompts: Tensor) -> Tensor:
        """(..., P) -> (...): the brackets that a prompt leaves open, as one integer."""
        opened = torch.ones_like(prompts[..., 0])
        for token in prompts.unbind(-1):
            opened = self.read(opened, token)
        return opened

    def answer(self, prompts: Tensor, n: int) -> Tensor:
        """The shortest: close what is open."""
        self.require_prompts(prompts, n)
        opened, tokens = self.open_brackets(prompts), []
        for _ in range(self.longest(n)):
            closing = FIRST + self.kinds + opened % self.base
            tokens.append(torch.where(opened > 1, closing, EOS))
            opened = opened // self.base
        return torch.stack(tokens, -1)  # (..., T)

    def verify(self, prompts: Tensor, responses: Tensor) -> Tensor:
        self.require_responses(prompts, responses)
        opened = self.open_brackets(prompts)
        for token in responses.unbind(-1):
            opened = self.read(opened, token)
        return self.finished(responses) & (opened == 1)


def integers(u: Tensor, count: int) -> Tensor:
    """Integers 0, ..., count - 1, equally likely, from numbers u in [0, 1).

    u count < count after rounding too: the largest u is a whole unit of its last digit below 1.
    """
    return (u * count).long()


TASKS: dict[str, type[Task]] = {
    kind.name: kind for kind in (Copy, Reverse, Sort, ModularAddition, Parity, Brackets)
}


def task(name: str, alphabet: int | None = None) -> Task:
    """The task of that name. Raises ValueError for other names, naming the known ones, and for an
    alphabet below 2, or an odd one for brackets."""
    if name not in TASKS:
        raise ValueError(f"no task {name!r}; there are {', '.join(TASKS)}")
    kind = TASKS[name]
    return kind(kind.usual if alphabet is None else alphabet)
