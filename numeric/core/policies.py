"""Finite softmax policies pi_theta over n responses, theta of shape (d,) (paper, Section 2).

Every policy is a softmax over logits h_o(theta), so one set of formulas serves all families:

    log pi(o)             =  h_o - log sum_o' exp h_o'
    grad log pi(o)        =  grad h_o - E_pi[grad h]
    w . hess log pi(o) w  =  w.hess h_o.w - E_pi[w.hess h.w] - Var_pi(w.grad h)

The same NumPy code runs in two arithmetics: float64 arrays, and object arrays of `flint.arb` balls
(rigorous enclosures). The arithmetic is that of `theta`; parameters of a policy are float64 and are
converted exactly. Balls are computed at the ambient flint precision: see `numeric.core.balls`.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from flint import arb, fmpq, fmpq_mat

from numeric.core.balls import (
    Array,
    Scalar,
    ball_precision,
    checked,
    is_balls,
    largest,
    lift,
    log_sum_exp,
    midpoints,
    round_up,
    sigmoid,
    to_balls,
)


def _parameter(name: str, value: object, shape: tuple[int | None, ...]) -> Array:
    """A finite float64 parameter, copied and made read-only."""
    if is_balls(value):
        raise ValueError(f"{name} must be float64, got an array of balls")
    array = checked(name, value, shape)
    array.setflags(write=False)
    return array


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")


@dataclass(frozen=True)
class Constants:
    """Constants of Assumption 1: G of (12) and L of (13), for all theta and all responses.

    `G_exact` / `L_exact`: the constant is the supremum over theta, not only an upper bound.
    """

    G: float
    L: float
    G_exact: bool
    L_exact: bool


class Policy(Protocol):
    """A positive policy over n >= 2 responses, twice differentiable in theta.

    Arguments theta and w have shape (d,), finite, float64 or balls; a ValueError names the
    hypothesis that fails. A family supplies the logits, their derivatives and the bounds; the
    softmax formulas of the module docstring are here.

    Logit gradients are taken relative to the most likely response before they are averaged. The
    results do not change, but where one response has probability 1 - 1e-12 its score, of size
    1e-12, is then a sum of small terms and not a difference of large ones.
    """

    @property
    def n(self) -> int:
        """Number of responses."""
        ...

    @property
    def d(self) -> int:
        """Dimension of theta."""
        ...

    def logits(self, theta: Array) -> Array:
        """h_o(theta), shape (n,)."""
        ...

    def logit_gradients(self, theta: Array) -> Array:
        """grad h_o(theta), shape (n, d)."""
        ...

    def logit_curvatures(self, theta: Array, w: Array) -> Array:
        """w . hess h_o(theta) . w, shape (n,)."""
        ...

    def logit_changes(self, theta: Array, w: Array, eta: Scalar) -> Array:
        """h_o(theta + eta w) - h_o(theta), shape (n,), without the cancellation."""
        ...

    def direction_bounds(self, w: Array) -> tuple[arb, arb]:
        """G_w and L_w of `score_bound` and `smoothness` in balls, for w in balls."""
        ...

    def constants(self) -> Constants:
        """G_o and L_o of Assumption 1, as floats rounded up."""
        ...

    def log_probs(self, theta: Array) -> Array:
        """log pi_theta(o), shape (n,)."""
        h = self.logits(theta)
        return h - log_sum_exp(h)

    def scores(self, theta: Array) -> Array:
        """grad_theta log pi_theta(o), shape (n, d)."""
        log_pi = self.log_probs(theta)
        gradients = self.logit_gradients(theta)
        relative = gradients - gradients[np.argmax(midpoints(log_pi))]
        return relative - np.exp(log_pi) @ relative

    def curvatures(self, theta: Array, w: Array) -> Array:
        """w . hess log pi_theta(o) . w, shape (n,)."""
        log_pi = self.log_probs(theta)
        pi, top = np.exp(log_pi), np.argmax(midpoints(log_pi))
        bends = self.logit_curvatures(theta, w)
        bends = bends - bends[top]
        slopes = self.logit_gradients(theta) @ w
        slopes = slopes - slopes[top]
        return bends - pi @ bends - pi @ (slopes - pi @ slopes) ** 2

    def score_bound(self, w: Array) -> float:
        """G_w >= sup_theta max_o |w . grad log pi_theta(o)|, a float rounded up; after (12)."""
        with ball_precision():
            return round_up(
                self.direction_bounds(to_balls(checked("direction w", w, (self.d,))))[0]
            )

    def smoothness(self, w: Array) -> float:
        """L_w >= sup_theta max_o |w . hess log pi_theta(o) . w|, rounded up; after (13)."""
        with ball_precision():
            return round_up(
                self.direction_bounds(to_balls(checked("direction w", w, (self.d,))))[1]
            )


@dataclass(frozen=True, eq=False)
class LogLinear(Policy):
    """h_o(theta) = features[o] . theta + offsets[o]; features (n, d), offsets (n,).

    Constants. The score is phi_o - E_pi[phi], and E_pi[phi] fills the relative interior of the
    convex hull of the features as theta runs over R^d, so G is exactly their diameter D and G_w
    exactly the spread D_w of phi_o . w. The curvature is -Var_pi(phi . w) for every response, at
    most D_w^2/4 (Popoviciu). The bound D^2/4 is the supremum when the features are affinely
    independent: then every pair is an edge, and a theta exists that puts mass 1/2 - epsilon on both
    ends of the longest one.
    """

    features: Array
    offsets: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "features", _parameter("features", self.features, (None, None)))
        n, d = self.features.shape
        _at_least("number of responses n", n, 2)
        _at_least("dimension d", d, 1)
        object.__setattr__(self, "offsets", _parameter("offsets", self.offsets, (n,)))

    @property
    def n(self) -> int:
        return self.features.shape[0]

    @property
    def d(self) -> int:
        return self.features.shape[1]

    def logits(self, theta: Array) -> Array:
        theta = checked("theta", theta, (self.d,))
        return lift(self.features, theta) @ theta + lift(self.offsets, theta)

    def logit_gradients(self, theta: Array) -> Array:
        return lift(self.features, checked("theta", theta, (self.d,)))

    def logit_curvatures(self, theta: Array, w: Array) -> Array:
        w = checked("direction w", w, (self.d,))
        return 0 * (self.logit_gradients(theta) @ w)

    def logit_changes(self, theta: Array, w: Array, eta: Scalar) -> Array:
        w = checked("direction w", w, (self.d,))
        return eta * (lift(self.features, checked("theta", theta, (self.d,))) @ w)

    def direction_bounds(self, w: Array) -> tuple[arb, arb]:
        reach = to_balls(self.features) @ w
        spread = largest(reach) + largest(-reach)
        return spread, spread**2 / 4

    def constants(self) -> Constants:
        with ball_precision():
            phi = to_balls(self.features)
            square = largest(largest(((phi - row) ** 2).sum(axis=1)) for row in phi)
            # Float features are exact rationals, so their rank is decided, not estimated.
            exact = [[fmpq(*x.as_integer_ratio()) for x in row] for row in self.features.tolist()]
            edges = [[a - b for a, b in zip(row, exact[0], strict=True)] for row in exact[1:]]
            simplex = fmpq_mat(edges).rank() == self.n - 1
            L_exact = bool(simplex or square == 0)
            return Constants(round_up(square.sqrt()), round_up(square / 4), True, L_exact)


class Tabular(LogLinear):
    """One free logit per response, h_o(theta) = theta_o: the log-linear policy of the unit vectors.

    Constants, both suprema over theta: G = sqrt 2 (the score e_o - pi, as pi concentrates on
    another response) and L = 1/2 (Var_pi(w), pi near (1/2, 1/2, 0..), w = (1, -1, 0..)/sqrt 2).
    """

    def __init__(self, n: int) -> None:
        _at_least("number of responses n", n, 2)
        super().__init__(np.eye(n), np.zeros(n))

    def __repr__(self) -> str:
        return f"Tabular({self.n})"

    def constants(self) -> Constants:
        with ball_precision():
            return Constants(round_up(arb(2).sqrt()), 0.5, True, True)


@dataclass(frozen=True, eq=False)
class Sinusoidal(Policy):
    """Two responses, d = 1: pi(0) = J = sigmoid(f(theta)), pi(1) = 1 - J, with
    f(theta) = offset + slope theta + (amplitude / frequency) sin(frequency theta), frequency > 0.

    Scores f'(1 - J) and -f' J. With M = |slope| + |amplitude| >= |f'| and
    B = |amplitude| frequency >= |f''|: G = M. The curvatures f''(1-J) - f'^2 J(1-J) and
    -f'' J - f'^2 J(1-J) are at most max over J in [0, 1] of (1 - J)(B + M^2 J), hence

        L = B if B >= M^2 (at J = 0), else (M^2 + B)^2 / (4 M^2) (at J = (M^2 - B)/(2 M^2)).

    Exactness: if slope != 0, f is onto and cos, sin recur, so |f'| = M and |f''| = B both occur
    with J arbitrarily close to 0; thus G is the supremum, and so is L when B >= M^2. If
    amplitude = 0, f is affine and both are suprema. Otherwise they are upper bounds.
    """

    offset: float
    slope: float
    amplitude: float
    frequency: float
    n = 2
    d = 1

    def __post_init__(self) -> None:
        for name in ("offset", "slope", "amplitude", "frequency"):
            object.__setattr__(self, name, float(_parameter(name, getattr(self, name), ())))
        if self.frequency <= 0:
            raise ValueError(f"frequency must be positive, got {self.frequency}")

    def logits(self, theta: Array) -> Array:
        theta = checked("theta", theta, (self.d,))
        c, b, A, k = (lift(x, theta) for x in self._shape)
        f = c + b * theta + A / k * np.sin(k * theta)
        return np.concatenate([f, 0 * f])

    def logit_gradients(self, theta: Array) -> Array:
        theta = checked("theta", theta, (self.d,))
        _, b, A, k = (lift(x, theta) for x in self._shape)
        slope = b + A * np.cos(k * theta)
        return np.concatenate([slope, 0 * slope]).reshape(2, 1)

    def logit_curvatures(self, theta: Array, w: Array) -> Array:
        w = checked("direction w", w, (self.d,))
        theta = checked("theta", theta, (self.d,))
        _, _, A, k = (lift(x, theta) for x in self._shape)
        bend = -A * k * np.sin(k * theta) * w**2
        return np.concatenate([bend, 0 * bend])

    def logit_changes(self, theta: Array, w: Array, eta: Scalar) -> Array:
        w = checked("direction w", w, (self.d,))
        # sin(y) - sin(x) = 2 cos((x + y)/2) sin((y - x)/2)
        theta = checked("theta", theta, (self.d,))
        _, b, A, k = (lift(x, theta) for x in self._shape)
        move = eta * w
        change = b * move + 2 * A / k * np.cos(k * (theta + move / 2)) * np.sin(k * move / 2)
        return np.concatenate([change, 0 * change])

    def direction_bounds(self, w: Array) -> tuple[arb, arb]:
        G, L, _ = self._bounds()
        return G * abs(w[0]), L * w[0] ** 2

    def constants(self) -> Constants:
        with ball_precision():
            G, L, tall = self._bounds()
            affine = self.amplitude == 0
            G_exact = affine or self.slope != 0
            L_exact = affine or (self.slope != 0 and tall)
            return Constants(round_up(G), round_up(L), G_exact, L_exact)

    @property
    def _shape(self) -> tuple[float, float, float, float]:
        return self.offset, self.slope, self.amplitude, self.frequency

    def _bounds(self) -> tuple[arb, arb, bool]:
        """M, L and whether B >= M^2, in balls."""
        M = abs(arb(self.slope)) + abs(arb(self.amplitude))
        B = abs(arb(self.amplitude)) * arb(self.frequency)
        if B >= M**2:
            return M, B, True
        # Not certainly B >= M^2: the second formula is then still an upper bound for either case.
        return M, (M**2 + B) ** 2 / (4 * M**2), False


@dataclass(frozen=True, eq=False)
class NonlinearLogits(Policy):
    """h_o(theta) = sum_j A[o, j] tanh(B[j] . theta) + offsets[o]; A (n, m), B (m, d), offsets (n,).

    Constants (upper bounds). Write a_j = B[j] . w. The directional score is
    sum_o' pi(o') sum_j (A[o,j] - A[o',j]) tanh'(B[j].theta) a_j, and |tanh'| <= 1, so

        |w . grad log pi(o)| <= G_w := max_{o,o'} sum_j |A[o,j] - A[o',j]| |a_j|.

    The first two terms of the curvature are sum_o' pi(o') sum_j (A[o,j] - A[o',j]) tanh'' a_j^2,
    where |tanh''| = 2 |t| (1 - t^2) <= kappa = 4/(3 sqrt 3), attained at |t| = 1/sqrt 3. Its last
    term is the variance of w . grad h, whose spread over o is at most G_w: at most G_w^2/4
    (Popoviciu). So |w . hess log pi(o) . w| is at most

        L_w := kappa max_{o,o'} sum_j |A[o,j] - A[o',j]| a_j^2 + G_w^2/4.

    The global constants put ||B[j]|| in place of |a_j|: the supremum of |a_j| over ||w|| <= 1.
    """

    A: Array
    B: Array
    offsets: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "A", _parameter("A", self.A, (None, None)))
        n, m = self.A.shape
        _at_least("number of responses n", n, 2)
        object.__setattr__(self, "B", _parameter("B", self.B, (m, None)))
        _at_least("number of units m", m, 1)
        _at_least("dimension d", self.B.shape[1], 1)
        object.__setattr__(self, "offsets", _parameter("offsets", self.offsets, (n,)))

    @property
    def n(self) -> int:
        return self.A.shape[0]

    @property
    def d(self) -> int:
        return self.B.shape[1]

    def logits(self, theta: Array) -> Array:
        A, units = self._units(theta)
        return A @ np.tanh(units) + lift(self.offsets, units)

    def logit_gradients(self, theta: Array) -> Array:
        A, units = self._units(theta)
        return (A * _tanh_slope(units)) @ lift(self.B, units)

    def logit_curvatures(self, theta: Array, w: Array) -> Array:
        w = checked("direction w", w, (self.d,))
        A, units = self._units(theta)
        bend = -2 * np.tanh(units) * _tanh_slope(units)
        return A @ (bend * (lift(self.B, units) @ w) ** 2)

    def logit_changes(self, theta: Array, w: Array, eta: Scalar) -> Array:
        w = checked("direction w", w, (self.d,))
        # tanh y - tanh x = 2 tanh(y - x) {sigmoid(2x) sigmoid(-2y) + sigmoid(-2x) sigmoid(2y)}
        A, x = self._units(theta)
        move = eta * (lift(self.B, x) @ w)
        y = x + move
        overlap = sigmoid(2 * x) * sigmoid(-2 * y) + sigmoid(-2 * x) * sigmoid(2 * y)
        return A @ (2 * np.tanh(move) * overlap)

    def direction_bounds(self, w: Array) -> tuple[arb, arb]:
        return self._bounds(abs(to_balls(self.B) @ w))

    def constants(self) -> Constants:
        with ball_precision():
            norms = np.array([x.sqrt() for x in (to_balls(self.B) ** 2).sum(axis=1)], dtype=object)
            G, L = self._bounds(norms)
            return Constants(round_up(G), round_up(L), False, False)

    def _units(self, theta: Array) -> tuple[Array, Array]:
        """A (n, m) in the arithmetic of theta, and B theta (m,)."""
        theta = checked("theta", theta, (self.d,))
        return lift(self.A, theta), lift(self.B, theta) @ theta

    def _bounds(self, reach: Array) -> tuple[arb, arb]:
        A = to_balls(self.A)
        G = largest(largest(abs(A - row) @ reach) for row in A)
        bend = largest(largest(abs(A - row) @ reach**2) for row in A)
        return G, 4 / (3 * arb(3).sqrt()) * bend + G**2 / 4


def _tanh_slope(x: Array) -> Array:
    """tanh' = 4 sigmoid(2x) sigmoid(-2x): no cancellation where tanh saturates."""
    return 4 * sigmoid(2 * x) * sigmoid(-2 * x)
