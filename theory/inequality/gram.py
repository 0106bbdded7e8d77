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

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
from flint import fmpq_mat, fmpz_mat

from theory.inequality.certificate import Budget, Node, Square
from theory.inequality.goals import ORDERS, Goal
from theory.inequality.gram_blocks import (
    TIERS,
    Block,
    Exponents,
    Multiples,
    blocks,
    homogeneous,
    linear_in,
    multiples,
    orthant,
)
from theory.inequality.gram_family import (
    FLAT,
    MOST_UNKNOWNS,
    Array,
    Family,
    Path,
    add_to,
    central_path,
    family,
    places,
)
from theory.inequality.squares import (
    NoPolynomial,
    Polynomial,
    Problem,
    exact,
    problem,
    total,
)

MOST_VARIABLES, MOST_DEGREE, MOST_TERMS = 8, 14, 400
MOST_ROWS = 36
"""The largest Gram matrix."""
ROOM = (Fraction(1, 100), Fraction(1, 10**5))
ROUNDS = 5
"""So often the null space is taken out."""
LARGE, LONGEST_VECTOR = 10**6, 300
"""A null vector of integers is shorter than this; orthogonality is measured in millionths."""
ONE = Fraction(1)


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
