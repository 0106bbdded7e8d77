"""Random numbers without a generator: the number at (key, counters, index) is a hash.

With the finaliser h of splitmix64 and two odd strides a, b, all modulo 2^64,

    key of seed s                  h((s + 1) b)
    key k, integer c (fold)        h(k + (c + 1) b)
    key k, index i (the numbers)   h(k + (i + 1) a)

so the numbers of one key are the sequence of splitmix64 from state k (Steele, Lea and Flood, Fast
splittable pseudorandom number generators, 2014), and a key for another purpose is one hash away.
There is no state to save: a run that is resumed, or trained beside others, or on another device,
draws the numbers it would have drawn.

Integer arithmetic is exact, so keys and uniforms are the same to the bit on every device. `normals`
goes through log and cos, which devices may round differently in the last digits.
"""

import math

import torch
from torch import Tensor

INDEX_STRIDE = 0x9E3779B97F4A7C15
"""a: 2^64 divided by the golden ratio, the stride of splitmix64."""
FOLD_STRIDE = 0xD1B54A32D192ED03
"""b: another odd number, so that numbers and keys made from one key are different."""

BITS = {torch.float64: 53, torch.float32: 24}
"""Bits of a significand: an integer below 2^bits is a float, and so is its quotient by 2^bits."""


def keys(seed: int, count: int, device: torch.device | str = "cpu") -> Tensor:
    """(count,) int64: the keys of the runs with seeds seed, seed + 1, ..., seed + count - 1.

    keys(seed, n)[i] = keys(seed + i, 1)[0]: a run of a population is the run of its seed.
    Raises ValueError unless 0 <= seed, 0 <= count and seed + count <= 2^62.
    """
    if not (seed >= 0 and count >= 0 and seed + count <= 2**62):
        raise ValueError(f"seeds are integers in [0, 2^62); got seed {seed}, count {count}")
    return keys_of(torch.arange(count, dtype=torch.int64, device=device) + seed)


def keys_of(seeds: Tensor) -> Tensor:
    """The keys of runs with these seeds, int64 in [0, 2^62), any shape. ValueError: not int64."""
    _require_key(seeds)
    return _hash((seeds + 1) * _signed(FOLD_STRIDE))


def fold(key: Tensor, *integers: int | Tensor) -> Tensor:
    """Keys of the shape of `key` (int64, any shape), one purpose, update or position further on.

    fold(key, a, b) = fold(fold(key, a), b), and the order of the integers matters. An integer may
    be an int64 tensor that broadcasts with the key; its sign is then not looked at.
    Raises ValueError if the key is not int64 or an int is negative.
    """
    _require_key(key)
    for integer in integers:
        if isinstance(integer, int) and integer < 0:
            raise ValueError(f"integers folded into a key are 0 or more; got {integer}")
        key = _hash(key + _multiple(integer + 1))
    return key


def uniforms(
    key: Tensor, *counters: int | Tensor, shape: tuple[int, ...], dtype: torch.dtype = torch.float64
) -> Tensor:
    """Numbers in [0, 1), float64 or float32: shape (*key.shape, *shape).

    They are the multiples of 2^-53, or 2^-24, below 1: the leading bits of the hash. The float32
    number is the float64 number rounded down. Equal to uniforms(fold(key, *counters), shape=shape).
    The index is the row-major position in `shape`. So the numbers of a shape are the first ones of
    any longer shape, read row by row: of (n,) for (m,), of (n, d) for (m, d) or (n d,). Columns are
    no prefix: (n, d) and (n, e) agree in the first row only.
    Raises ValueError if the key is not int64, a counter is negative, or dtype is another one.
    """
    if dtype not in BITS:
        raise ValueError(f"uniforms are float64 or float32; got {dtype}")
    key = fold(key, *counters)
    count = math.prod(shape)
    index = torch.arange(1, count + 1, dtype=torch.int64, device=key.device)
    bits = _hash(key[..., None] + index * _signed(INDEX_STRIDE))  # (*key.shape, count)
    leading = _shifted(bits, 64 - BITS[dtype]).to(dtype) * 2.0 ** -BITS[dtype]
    return leading.reshape((*key.shape, *shape))


def normals(
    key: Tensor, *counters: int | Tensor, shape: tuple[int, ...], dtype: torch.dtype = torch.float64
) -> Tensor:
    """Standard normal numbers, shape (*key.shape, *shape), by Box and Muller:

        sqrt(-2 log(1 - u)) cos(2 pi v),   u, v = uniforms(key, *counters, shape=(*shape, 2))

    computed in float64, at most sqrt(106 log 2) = 8.6 in size. 1 - u is positive, as u < 1. The
    order is that of `uniforms`, with the same prefixes. Raises as `uniforms` does.
    """
    if dtype not in BITS:
        raise ValueError(f"normals are float64 or float32; got {dtype}")
    u, v = uniforms(key, *counters, shape=(*shape, 2)).unbind(-1)  # (*key.shape, *shape) each
    return (torch.sqrt(-2 * torch.log1p(-u)) * torch.cos(2 * math.pi * v)).to(dtype)


def _hash(bits: Tensor) -> Tensor:
    """h: 64 bits to 64 bits, one to one, each input bit flips each output bit half of the time."""
    bits = (bits ^ _shifted(bits, 30)) * _signed(0xBF58476D1CE4E5B9)
    bits = (bits ^ _shifted(bits, 27)) * _signed(0x94D049BB133111EB)
    return bits ^ _shifted(bits, 31)


def _shifted(bits: Tensor, by: int) -> Tensor:
    """Shift to the right, zeros coming in: int64 shifts copies of the sign in, so mask them off."""
    return (bits >> by) & ((1 << (64 - by)) - 1)


def _multiple(integer: int | Tensor) -> int | Tensor:
    """integer times the stride of `fold`, modulo 2^64."""
    if isinstance(integer, int):
        return _signed(integer * FOLD_STRIDE)
    return integer * _signed(FOLD_STRIDE)


def _signed(integer: int) -> int:
    """The int64 that has the low 64 bits of the integer."""
    return (integer + 2**63) % 2**64 - 2**63


def _require_key(key: Tensor) -> None:
    if key.dtype != torch.int64:
        raise ValueError(f"a key is an int64 tensor; got {key.dtype}")
