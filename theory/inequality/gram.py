"""The search for a sum of squares: a Gram matrix in floats, then exact in rationals.

f = sum over products g of constraints of  g * z' G z,  G positive semidefinite, z polynomials. The
coefficients say which G are possible: an affine family G(y), solved for exactly. In floats the
least eigenvalue is maximised by Newton steps along a central path. Where it is positive, y is
rounded and G = L D L' gives the squares. Where it is 0, the zeros of f force a null space: its
rational basis is read off, z is replaced by what is orthogonal to it (facial reduction), and the
search goes on there. Nothing here has to be right: `squares` checks the identity.

After Parrilo (Math. Program. 96, 2003) and Peyrl and Parrilo (Theor. Comput. Sci. 409, 2008).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, product
from typing import Any, Literal

import numpy as np
from flint import fmpq_mat, fmpz_mat
from scipy import sparse

from theory.inequality.certificate import Budget, Node, Square
from theory.inequality.goals import ORDERS, Goal
from theory.inequality.squares import (
    Constraint,
    NoPolynomial,
    Polynomial,
    Problem,
    exact,
    problem,
    total,
)

Array = Any
Tier = Literal["linear", "single", "mixed"]
TIERS: tuple[Tier, ...] = ("linear", "single", "mixed")
Exponents = tuple[int, ...]

MOST_VARIABLES, MOST_DEGREE, MOST_TERMS = 8, 14, 400
MOST_PRODUCTS = 130
"""So many products of constraints, at most."""
MOST_ROWS = 36
"""The largest Gram matrix."""
MOST_UNKNOWNS = 1200
STEPS = 200
"""Newton steps along a path, at most."""
ROOM = (Fraction(1, 100), Fraction(1, 10**5))
ROUNDS = 5
"""So often the null space is taken out."""
FLAT = 1e-5
"""An eigenvalue below this may be 0."""
LARGE, LONGEST_VECTOR = 10**6, 300
"""A null vector of integers is shorter than this; orthogonality is measured in millionths."""
COST = 1000.0
"""Unknowns in all Newton steps for one step of the budget."""


@dataclass(frozen=True, slots=True)
class Block:
    """factors: numbers of constraints, their product; basis: the polynomials z."""

    factors: tuple[int, ...]
    product: Polynomial
    basis: tuple[Polynomial, ...]


@dataclass(frozen=True, slots=True)
class Multiples:
    """An equation by its number, and the monomials by which it may be multiplied."""

    number: int
    equation: Polynomial
    basis: tuple[Polynomial, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """The matrices G(y) = G_0 + sum_i y_i N_i, stacked as the upper entries of all blocks, then the
    coefficients of the equations: the sparse rows of ``free`` by unknown, exact."""

    start: dict[int, Fraction]
    free: list[dict[int, Fraction]]


def sum_of_squares(goal: Goal, budget: Budget) -> Node | None:
    """A step that proves the goal at once; None: none was found."""
    if goal.relation not in ORDERS:
        return None
    try:
        asked = problem(goal)
    except NoPolynomial:
        return None
    f = asked.polynomial
    if not 1 <= len(asked.names) <= MOST_VARIABLES or f.total_degree() > MOST_DEGREE:
        return None
    if len(f) > MOST_TERMS:
        return None
    if goal.relation == ">":
        return with_room(asked, budget)
    return first_found(asked, budget)


def with_room(asked: Problem, budget: Budget) -> Node | None:
    """f - e g is a sum of squares, for a small number e and a product g of constraints g > 0."""
    one = asked.polynomial.context().constant(1)
    strict = tuple(i for i, c in enumerate(asked.constraints) if c.strict)
    chosen = dict.fromkeys([(), *((i,) for i in strict), strict])
    for factors in chosen:
        for room in ROOM if not factors else ROOM[:1]:
            term = Square(room, factors, as_root(one))
            rest = asked.polynomial - total([term], asked)
            found = first_found(replace(asked, polynomial=rest), budget, multiplied=False)
            if found is not None:
                return replace(found, squares=(*found.squares, term))
    return None


def first_found(asked: Problem, budget: Budget, multiplied: bool = True) -> Node | None:
    """The first multiplier with which a sum of squares is found: none, then sums of variables or
    of their squares."""
    asked, shift = at_origin(asked)
    common, asked = without_monomial(asked)
    for multiplier in multipliers(asked) if multiplied else [()]:
        f = asked.polynomial * total(multiplier, asked) if multiplier else asked.polynomial
        if f.total_degree() > MOST_DEGREE:
            break
        found = gram(replace(asked, polynomial=f), budget)
        if found is not None:
            terms = (with_monomial(square, common, asked) for square in found)
            moved = tuple(shifted(square, shift, asked) for square in terms)
            outer = tuple(shifted(square, shift, asked) for square in multiplier)
            return Node("squares", squares=moved, multiplier=outer)
    return None


# -- coordinates in which constraints are variables ------------------------------------------------


def at_origin(asked: Problem) -> tuple[Problem, list[Fraction]]:
    """Each variable with a finite end becomes its distance from there, low ends first. The shift
    is what was subtracted; a variable with a high end only is mirrored in `Problem` already as a
    constraint, and left."""
    ring = asked.polynomial.context()
    shift = [Fraction(0)] * len(asked.names)
    for constraint in asked.constraints:
        i = linear_in(constraint)
        if i is not None and shift[i] == 0:
            found = constraint.polynomial.to_dict().get((0,) * len(asked.names))
            shift[i] = -Fraction(int(found.p), int(found.q)) if found is not None else Fraction(0)
    moved = [ring.gen(i) + exact(a) for i, a in enumerate(shift)]
    constraints = tuple(
        replace(c, polynomial=c.polynomial.compose(*moved)) for c in asked.constraints
    )
    return replace(
        asked, polynomial=asked.polynomial.compose(*moved), constraints=constraints
    ), shift


def linear_in(constraint: Constraint) -> int | None:
    """The variable x of a constraint x - a >= 0."""
    terms = {p: c for p, c in constraint.polynomial.to_dict().items() if any(p)}
    if constraint.equation or len(terms) != 1:
        return None
    ((powers, factor),) = terms.items()
    return powers.index(1) if factor == 1 and sum(powers) == 1 else None


def shifted(square: Square, shift: Sequence[Fraction], asked: Problem) -> Square:
    """The term in the coordinates of the question."""
    ring = asked.polynomial.context()
    root = ring.from_dict({p: exact(c) for p, c in square.root})
    back = [ring.gen(i) - exact(a) for i, a in enumerate(shift)]
    return replace(square, root=as_root(root.compose(*back)))


def as_root(p: Polynomial) -> tuple[tuple[Exponents, Fraction], ...]:
    return tuple(
        (tuple(map(int, powers)), Fraction(int(c.p), int(c.q))) for powers, c in p.to_dict().items()
    )


def orthant(asked: Problem) -> dict[int, int]:
    """The variables x that are themselves a constraint x >= 0, with its number."""
    found: dict[int, int] = {}
    for number, constraint in enumerate(asked.constraints):
        i = linear_in(constraint)
        if i is not None and len(constraint.polynomial) == 1:
            found.setdefault(i, number)
    return found


def without_monomial(asked: Problem) -> tuple[list[int], Problem]:
    """f without the powers of variables x >= 0 that divide it; even ones of any variable."""
    f = asked.polynomial.to_dict()
    signed = orthant(asked)
    least = [min(powers[i] for powers in f) for i in range(len(asked.names))]
    common = [n if i in signed else n - n % 2 for i, n in enumerate(least)]
    rest = {tuple(a - b for a, b in zip(powers, common, strict=True)): c for powers, c in f.items()}
    return common, replace(asked, polynomial=asked.polynomial.context().from_dict(rest))


def with_monomial(square: Square, common: Sequence[int], asked: Problem) -> Square:
    """The term times the monomial. A factor x^2 goes into the root."""
    numbers = Counter(square.factors)
    into = [0] * len(common)
    signed = orthant(asked)
    if any(asked.constraints[i].equation for i in square.factors):
        into = list(common)
    else:
        for i, n in enumerate(common):
            into[i] = n // 2
            if n % 2:
                number = signed[i]
                if numbers[number]:
                    numbers[number] -= 1
                    into[i] += 1
                else:
                    numbers[number] += 1
    root = tuple(
        (tuple(a + b for a, b in zip(powers, into, strict=True)), c) for powers, c in square.root
    )
    return Square(square.weight, tuple(sorted(numbers.elements())), root)


def multipliers(asked: Problem) -> Iterator[tuple[Square, ...]]:
    """1, then sums of variables, or of squares of variables."""
    yield ()
    signed = orthant(asked)
    n = len(asked.names)
    one = (0,) * n
    unit = [tuple(int(i == j) for j in range(n)) for i in range(n)]
    whole = () if homogeneous(asked.polynomial) else (Square(Fraction(1), (), ((one, ONE),)),)
    linear = tuple(Square(ONE, (signed[i],), ((one, ONE),)) for i in signed)
    quadratic = tuple(Square(ONE, (), ((unit[i], ONE),)) for i in range(n))
    if len(linear) == n:
        yield (*linear, *whole)
    yield (*quadratic, *whole)


ONE = Fraction(1)


def homogeneous(f: Polynomial) -> bool:
    return len({sum(powers) for powers in f.to_dict()}) == 1


# -- which squares may occur -----------------------------------------------------------------------


def products(asked: Problem, degree: int, tier: Tier) -> list[tuple[tuple[int, ...], Polynomial]]:
    """Products of different constraints up to that degree, few factors first: of those of the
    first degree ("linear"), of constraints x >= 0 and each of the others ("single"), of all
    ("mixed")."""
    one = asked.polynomial.context().constant(1)
    found: list[tuple[tuple[int, ...], Polynomial]] = [((), one)]
    usable = [
        i
        for i, c in enumerate(asked.constraints)
        if not c.equation
        and 1 <= c.polynomial.total_degree() <= (min(degree, 1) if tier == "linear" else degree)
    ]
    plain = set(orthant(asked).values())
    for size in range(1, len(usable) + 1):
        before = len(found)
        for chosen in combinations(usable, size):
            if size > 1 and tier != "mixed" and not plain.issuperset(chosen):
                continue
            whole = one
            for i in chosen:
                whole = whole * asked.constraints[i].polynomial
            if whole.total_degree() <= degree:
                found.append((chosen, whole))
            if len(found) >= MOST_PRODUCTS:
                return found
        if len(found) == before:
            break
    return found


def blocks(asked: Problem, tier: Tier) -> list[Block]:
    """A block, or several, for each product of constraints."""
    f = asked.polynomial
    degree = f.total_degree()
    same = homogeneous(f) and all(homogeneous(c.polynomial) for c in asked.constraints)
    top = degree if same else degree + degree % 2
    ring = f.context()
    n = len(asked.names)
    rows: dict[tuple[int, ...], list[Exponents]] = {}
    products_of = dict(products(asked, top, tier))
    for factors, g in products_of.items():
        room = top - g.total_degree()
        if same and room % 2:
            continue
        low = room // 2 if same else 0
        rows[factors] = list(monomials(n, low, room // 2))
    rows = possible(f, rows, products_of)
    found = []
    for factors, kept in rows.items():
        for group in by_sign(asked, factors, kept):
            basis = tuple(ring.from_dict({powers: 1}) for powers in group)
            found.append(Block(factors, products_of[factors], basis))
    return found


def multiples(asked: Problem) -> list[Multiples]:
    """Each equation with all monomials up to the degree of f."""
    ring, degree, n = asked.polynomial.context(), asked.polynomial.total_degree(), len(asked.names)
    found = []
    for number, constraint in enumerate(asked.constraints):
        room = degree + degree % 2 - constraint.polynomial.total_degree()
        if constraint.equation and room >= 0:
            basis = tuple(ring.from_dict({powers: 1}) for powers in monomials(n, 0, room))
            found.append(Multiples(number, constraint.polynomial, basis))
    return found


def monomials(n: int, low: int, high: int) -> Iterator[Exponents]:
    """All exponents of n variables with a sum from low to high."""
    if n == 1:
        yield from ((k,) for k in range(low, high + 1))
        return
    for k in range(high + 1):
        for rest in monomials(n - 1, max(0, low - k), high - k):
            yield (k, *rest)


def possible(
    f: Polynomial,
    rows: dict[tuple[int, ...], list[Exponents]],
    products_of: dict[tuple[int, ...], Polynomial],
) -> dict[tuple[int, ...], list[Exponents]]:
    """Without the monomials whose square nothing else can cancel: what is left of the Newton
    polytope. Products of constraints with several terms keep what they may touch."""
    support = {tuple(map(int, p)) for p in f.to_dict()}
    several = {s: len(g) > 1 for s, g in products_of.items()}
    shapes = {s: [tuple(map(int, p)) for p in products_of[s].to_dict()] for s in rows}
    while True:
        touched: Counter[Exponents] = Counter()
        for s, kept in rows.items():
            for shape in shapes[s]:
                for a, b in combinations(kept, 2):
                    touched[plus(shape, plus(a, b))] += 1
                if several[s]:
                    for a in kept:
                        touched[plus(shape, plus(a, a))] += 1
        fewer = {
            s: [
                a
                for a in kept
                if several[s]
                or plus(shapes[s][0], plus(a, a)) in support
                or touched[plus(shapes[s][0], plus(a, a))]
            ]
            for s, kept in rows.items()
        }
        if fewer == rows:
            return {s: kept for s, kept in rows.items() if kept}
        rows = fewer


def plus(a: Exponents, b: Exponents) -> Exponents:
    return tuple(x + y for x, y in zip(a, b, strict=True))


def by_sign(
    asked: Problem, factors: tuple[int, ...], kept: list[Exponents]
) -> Iterator[list[Exponents]]:
    """Where f and all constraints are even in some variables, odd and even monomials don't mix;
    and where the variable is itself a constraint x >= 0, they belong to different products."""
    signed = orthant(asked)
    others = [c for i, c in enumerate(asked.constraints) if i not in signed.values()]
    parts: dict[Exponents, list[Exponents]] = {}
    polynomials = [asked.polynomial, *(c.polynomial for c in others)]
    even = [
        i
        for i in range(len(asked.names))
        if i not in signed and all(p[i] % 2 == 0 for q in polynomials for p in q.to_dict())
    ]
    for powers in kept:
        parts.setdefault(tuple(powers[i] % 2 for i in even), []).append(powers)
    yield from parts.values()


# -- the family of Gram matrices -------------------------------------------------------------------


def places(sizes: Sequence[int]) -> list[tuple[int, int, int]]:
    """Block, row and column of each unknown: the upper entries."""
    return [(k, i, j) for k, n in enumerate(sizes) for i in range(n) for j in range(i, n)]


def family(f: Polynomial, found: Sequence[Block], equal: Sequence[Multiples]) -> Family | None:
    """All G with sum of g z'Gz + sum of c h z = f; None: there is none."""
    columns = [
        block.product * a * block.basis[j] * (1 if i == j else 2)
        for block in found
        for i, a in enumerate(block.basis)
        for j in range(i, len(block.basis))
    ]
    columns += [one.equation * z for one in equal for z in one.basis]
    equations: dict[Exponents, dict[int, Fraction]] = {}
    for number, column in enumerate(columns):
        for powers, c in column.to_dict().items():
            row = equations.setdefault(tuple(map(int, powers)), {})
            row[number] = Fraction(int(c.p), int(c.q))
    right = {tuple(map(int, p)): Fraction(int(c.p), int(c.q)) for p, c in f.to_dict().items()}
    if not right.keys() <= equations.keys():
        return None
    return solved([(row, right.get(p, Fraction(0))) for p, row in equations.items()], len(columns))


def solved(
    equations: Sequence[tuple[dict[int, Fraction], Fraction]], unknowns: int
) -> Family | None:
    """The solutions of a sparse linear system, exactly; -1 stands for the right side."""
    uses = Counter(i for row, _ in equations for i in row)
    pivots: dict[int, dict[int, Fraction]] = {}
    for left, right in sorted(equations, key=lambda e: len(e[0])):
        row = {**left, -1: -right}
        for i in [i for i in left if i in pivots]:
            add_to(row, pivots[i], -row.get(i, Fraction(0)))
        row = {i: c for i, c in row.items() if c}
        inside = [i for i in row if i >= 0]
        if not inside:
            if row:
                return None
            continue
        pivot = min(inside, key=lambda i: (uses[i], i))
        scale = row[pivot]
        row = {i: c / scale for i, c in row.items()}
        if uses[pivot] > 1:
            for other in pivots.values():
                if pivot in other:
                    add_to(other, row, -other[pivot])
        pivots[pivot] = row
    free = [i for i in range(unknowns) if i not in pivots]
    start = {p: -row[-1] for p, row in pivots.items() if row.get(-1)}
    directions: dict[int, dict[int, Fraction]] = {i: {i: ONE} for i in free}
    for p, row in pivots.items():
        for i, c in row.items():
            if i in directions and c:
                directions[i][p] = -c
    return Family(start, list(directions.values()))


def add_to(row: dict[int, Fraction], other: dict[int, Fraction], scale: Fraction) -> None:
    for i, c in other.items():
        row[i] = row.get(i, Fraction(0)) + scale * c


# -- floats ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Path:
    """The last point of the central path: y, the least eigenvalue of G(y), and G(y) by blocks."""

    y: Array
    least: float
    matrices: list[Array]


def central_path(fam: Family, sizes: Sequence[int], budget: Budget) -> Path | None:
    """Maximise t with G(y) - t I positive semidefinite."""
    at = places(sizes)
    offset = np.cumsum([0, *(n * n for n in sizes)])
    p = len(fam.free)

    def row_of(entries: dict[int, Fraction]) -> Array:
        whole = np.zeros(offset[-1])
        for number, c in entries.items():
            if number >= len(at):
                continue
            k, i, j = at[number]
            whole[offset[k] + i * sizes[k] + j] = whole[offset[k] + j * sizes[k] + i] = float(c)
        return whole

    start = row_of(fam.start)
    identity = np.concatenate([np.eye(n).ravel() for n in sizes])
    moves = sparse.csr_matrix(np.array([*map(row_of, fam.free), -identity]))
    y = np.zeros(p + 1)
    if p:
        y[:p] = np.linalg.lstsq(moves[:p].toarray().T, -start, rcond=None)[0]
    scale = float(np.abs(start).max()) or 1.0
    y[p] = min(_eigenvalues(start + moves[:p].T @ y[:p], offset, sizes)) - scale
    weight = 1.0 / scale
    for _ in range(STEPS):
        budget.spend(0.02 + len(y) * offset[-1] / (COST * 1000))
        try:
            y, decrement = _newton(start, moves, y, weight, offset, sizes)
        except np.linalg.LinAlgError:  # so close to the edge that floats don't tell
            break
        if y[p] > FLAT * scale and weight > 1e3 / scale:
            break
        if decrement < 0.3:
            if weight > 1e10 / scale:
                break
            weight *= 5
    g = start + moves[:p].T @ y[:p]
    matrices = [g[offset[k] : offset[k + 1]].reshape(n, n) for k, n in enumerate(sizes)]
    return Path(y[:p], min(_eigenvalues(g, offset, sizes)) / scale, [m / scale for m in matrices])


def _eigenvalues(g: Array, offset: Array, sizes: Sequence[int]) -> list[float]:
    return [
        float(np.linalg.eigvalsh(g[offset[k] : offset[k + 1]].reshape(n, n))[0])
        for k, n in enumerate(sizes)
    ]


def _newton(
    start: Array, moves: Any, y: Array, weight: float, offset: Array, sizes: Sequence[int]
) -> tuple[Array, float]:
    """A damped step uphill on weight * t + log det (G(y) - t I); and the Newton decrement. Raises
    LinAlgError."""
    s = start + moves.T @ y
    gradient = np.zeros(len(y))
    gradient[-1] = weight
    hessian = np.zeros((len(y), len(y)))
    for k, n in enumerate(sizes):
        part = slice(offset[k], offset[k + 1])
        inverse = np.linalg.inv(s[part].reshape(n, n))
        inverse = (inverse + inverse.T) / 2
        inner = moves[:, part]
        gradient += inner @ inverse.ravel()
        used = np.flatnonzero(np.diff(inner.indptr))
        w = inverse @ (inner[used].toarray().reshape(-1, n, n)) @ inverse
        hessian[np.ix_(used, used)] += inner[used] @ w.reshape(len(used), -1).T
    ridge = 1e-14 * np.trace(hessian) / len(y) * np.eye(len(y))
    direction = np.linalg.solve(hessian + ridge, gradient)
    decrement = math.sqrt(max(float(gradient @ direction), 0.0))
    if not np.isfinite(direction).all():
        raise np.linalg.LinAlgError("the step is not finite")
    if decrement < 0.25:
        return y + direction, decrement
    length = _longest(s, moves.T @ direction, offset, sizes, 1 / (1 + decrement))
    return y + length * direction, decrement


def _longest(s: Array, change: Array, offset: Array, sizes: Sequence[int], least: float) -> float:
    """A step most of the way to the edge of the cone, at least the safe one."""
    longest = 1.0
    for k, n in enumerate(sizes):
        part = slice(offset[k], offset[k + 1])
        root = np.linalg.cholesky(s[part].reshape(n, n))
        half = np.linalg.solve(root, change[part].reshape(n, n))
        whole = np.linalg.solve(root, half.T)
        lowest = float(np.linalg.eigvalsh((whole + whole.T) / 2)[0])
        if lowest < 0:
            longest = min(longest, -0.7 / lowest)
    return max(longest, least)


# -- from floats to rationals ----------------------------------------------------------------------


def gram(asked: Problem, budget: Budget) -> tuple[Square, ...] | None:
    """The squares of f, with few products of constraints if they are enough; None where floats
    find none, or where rounding fails."""
    tried: list[list[Block]] = []
    for tier in TIERS:
        found = blocks(asked, tier)
        if found and found not in tried:
            tried.append(found)
            if (squares := on_blocks(asked, found, budget)) is not None:
                return squares
    return None


def on_blocks(asked: Problem, found: list[Block], budget: Budget) -> tuple[Square, ...] | None:
    equal = multiples(asked)
    for _ in range(ROUNDS):
        found = [block for block in found if block.basis]
        sizes = [len(block.basis) for block in found]
        if not sizes or max(sizes) > MOST_ROWS or len(places(sizes)) > 4 * MOST_UNKNOWNS:
            return None
        fam = family(asked.polynomial, found, equal)
        if fam is None or len(fam.free) > MOST_UNKNOWNS:
            return None
        path = central_path(fam, sizes, budget)
        if path is None or path.least < -FLAT:
            return None
        if (rounded := in_rationals(fam, path, found, equal)) is not None:
            return rounded
        smaller = [reduced(block, m) for block, m in zip(found, path.matrices, strict=True)]
        if None in smaller or smaller == found:
            return None
        found = [block for block in smaller if block is not None]
    return None


def reduced(block: Block, matrix: Array) -> Block | None:
    """The block without the null space of its matrix; None: that is not rational."""
    numbers, vectors = np.linalg.eigh(matrix)
    flat = numbers < FLAT * 10
    if not flat.any():
        return block
    null = integer_rows(vectors[:, ~flat], int(flat.sum()))
    if null is None:
        return None
    ring = block.product.context()
    basis = []
    for row in complement(null, len(block.basis)):
        p = ring.constant(0)
        for c, z in zip(row, block.basis, strict=True):
            p += z * exact(c)
        basis.append(p)
    return replace(block, basis=tuple(basis))


def integer_rows(others: Array, rank: int) -> fmpq_mat | None:
    """A basis of short integer vectors, in echelon form, of what is orthogonal to these columns;
    None: short vectors are not so many. By lattice reduction of (I, large * columns)."""
    n = len(others)
    large = np.rint(others * LARGE).astype(int).tolist()
    lattice = fmpz_mat([[int(i == j) for j in range(n)] + large[i] for i in range(n)])
    short = lattice.lll().tolist()[:rank]
    if any(abs(int(x)) > n * LONGEST_VECTOR for row in short for x in row[n:]):
        return None
    found, found_rank = fmpq_mat(fmpz_mat([row[:n] for row in short])).rref()
    return found if found_rank == rank else None


def complement(null: fmpq_mat, n: int) -> list[list[Fraction]]:
    """A basis of all vectors orthogonal to these rows, which are in echelon form: z_i takes with it
    what the pivots need."""
    rows = [[Fraction(int(c.p), int(c.q)) for c in row] for row in null.tolist()]
    pivots = {next(i for i, c in enumerate(row) if c): row for row in rows}
    found = []
    for i in range(n):
        if i not in pivots:
            row = [Fraction(int(j == i)) for j in range(n)]
            for pivot, other in pivots.items():
                row[pivot] = -other[i]
            found.append(row)
    return found


def in_rationals(
    fam: Family, path: Path, found: Sequence[Block], equal: Sequence[Multiples]
) -> tuple[Square, ...] | None:
    """y rounded, with more and more digits, until all blocks are positive semidefinite."""
    if path.least < 1e-9:
        return None
    sizes = [len(block.basis) for block in found]
    for denominator in (2, 12, 60, 1000, 10**5, 10**8, 10**12):
        y = [Fraction(round(float(x) * denominator), denominator) for x in path.y]
        entries = dict(fam.start)
        for x, direction in zip(y, fam.free, strict=True):
            if x:
                add_to(entries, direction, x)
        terms: list[Square] = []
        for k, block in enumerate(found):
            squares = decomposed(block, matrix_of(entries, k, sizes))
            if squares is None:
                break
            terms += squares
        else:
            return (*terms, *from_equations(entries, len(places(sizes)), equal))
    return None


def from_equations(
    entries: dict[int, Fraction], first: int, equal: Sequence[Multiples]
) -> Iterator[Square]:
    """The multiples of the equations, whose coefficients begin at that number."""
    for one in equal:
        p = one.equation.context().constant(0)
        for number, z in enumerate(one.basis, start=first):
            p += z * exact(entries.get(number, Fraction(0)))
        first += len(one.basis)
        if p != 0:
            yield Square(ONE, (one.number,), as_root(p))


def matrix_of(
    entries: dict[int, Fraction], block: int, sizes: Sequence[int]
) -> list[list[Fraction]]:
    n = sizes[block]
    matrix = [[Fraction(0)] * n for _ in range(n)]
    first = sum(m * (m + 1) // 2 for m in sizes[:block])
    for number, (i, j) in enumerate(
        ((i, j) for i, j in product(range(n), repeat=2) if j >= i), start=first
    ):
        matrix[i][j] = matrix[j][i] = entries.get(number, Fraction(0))
    return matrix


def decomposed(block: Block, matrix: list[list[Fraction]]) -> list[Square] | None:
    """L D L' of a positive semidefinite matrix, as squares of polynomials; None: it is not."""
    n = len(matrix)
    rest = [row[:] for row in matrix]
    ring = block.product.context()
    found = []
    for k in range(n):
        pivot = rest[k][k]
        if pivot < 0 or (pivot == 0 and any(rest[k][j] for j in range(k, n))):
            return None
        if pivot == 0:
            continue
        factors = [rest[k][j] / pivot for j in range(n)]
        p = ring.constant(0)
        for j in range(k, n):
            p += block.basis[j] * exact(factors[j])
        found.append(Square(pivot, block.factors, as_root(p)))
        for i in range(k + 1, n):
            if rest[k][i]:
                for j in range(k + 1, n):
                    rest[i][j] -= rest[k][i] * factors[j]
    return found
