"""A landscape on which steps exactly along the gradient go round in a circle, and down.

With y = p + i q, for the log odds of two responses near J = 0:

    f = -|y|^2/2 + kappa Im(y^2 e^(-i tau z)) - eps z

A hill across the axis, a saddle that turns around it, and a slope along it. At the iterates |y| = 1
the saddle turns the gradient away from the axis by the angle ``beta``, so that a step of ``eta``
along it ends on the other side of the axis, turned by 2 beta and higher by h; f falls by eps h.
Formulas are SymPy's, and so are the derivatives; the constants are derived on paper, not proved.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import sympy as sp

from course.site.trace import Results

p, q, z, beta = sp.symbols("p q z beta", real=True)
FUNCTIONS = ("sin", "cos", "tan", "sqrt")
SLOPE_SHARE = sp.Rational(1, 4)
"""eps as a share of the gradient's part along the axis."""

kappa = sp.tan(beta) / 2
along = sp.sqrt(beta * sp.tan(beta) / (1 + SLOPE_SHARE)) / sp.cos(beta)
eps = SLOPE_SHARE * along
h = 2 * sp.cos(beta) ** 2 * along
tau = 4 * beta / h
gap = sp.sqrt(1 / sp.cos(beta) ** 2 + along**2)
eta = 2 * sp.cos(beta) ** 2 * gap

LANDSCAPE = (
    -(p**2 + q**2) / 2
    + kappa * (2 * p * q * sp.cos(tau * z) - (p**2 - q**2) * sp.sin(tau * z))
    - eps * z
)
GRADIENT = [sp.diff(LANDSCAPE, x) for x in (p, q, z)]
ACROSS, MIXED, ALONG = 1 + 2 * kappa, 2 * kappa * tau, kappa * tau**2
CURVATURE = (ACROSS + ALONG) / 2 + sp.sqrt(((ACROSS - ALONG) / 2) ** 2 + MIXED**2)
"""Bounds the norm of the Hessian where |y| <= 1: that of the blocks y, yz and z."""


def applied(name: str) -> Callable[[Any], Any]:
    """The function of numbers that have it, such as traced ones, and of plain constants."""
    return lambda x: getattr(x, name)() if hasattr(x, name) else getattr(math, name)(x)


@cache
def compiled(arguments: Sequence[sp.Symbol], formulas: Sequence[sp.Expr]) -> Any:
    """A Python function for numbers that know their own functions, such as traced ones."""
    return sp.lambdify(arguments, formulas, modules=[{f: applied(f) for f in FUNCTIONS}], cse=True)


def begin() -> Results:
    """The first iterate; ``f`` is the log odds gained since."""
    return {"p": 0, "q": 1, "z": 0, "f": 0}


def step(p_: Any, q_: Any, z_: Any, beta_: Any, share: Any) -> Results:
    """One step along the gradient, of this share of ``eta``."""
    *slopes, length = compiled((p, q, z, beta), (*GRADIENT, eta))(p_, q_, z_, beta_)
    norm = sum(slope * slope for slope in slopes).sqrt()
    factor = share * length / norm
    moved = [x + factor * slope for x, slope in zip((p_, q_, z_), slopes, strict=True)]
    gained = LANDSCAPE - LANDSCAPE.subs({p: 0, q: 1, z: 0})
    (f,) = compiled((p, q, z, beta), (gained,))(*moved, beta_)
    return {**dict(zip("pqz", moved, strict=True)), "f": f}


def units(beta_: Any, share: Any) -> Results:
    """The step, and the one that goes round, in units of gap/L at the first iterate."""
    (whole,) = compiled((beta,), (eta * CURVATURE / gap,))(beta_)
    return {"units": whole * share, "round": whole}
