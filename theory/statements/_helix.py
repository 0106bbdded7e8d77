"""A landscape in three parameters on which steps of eta along the gap go round a helix and down.

Let y = (p, q), B = A + a^2 and f(p, q, z) the log odds of two responses:

    f = f0 + (l/2) B log(B/(A + |y|^2)) + 2 kappa a^2 N/(a^2 + |y|^2) - eps z,
    N = 2 p q cos(tau z) - (p^2 - q^2) sin(tau z).

A hill across the axis, a saddle that turns around it, and a slope down the axis. The iterates are
y_k = a (-sin phi, cos phi) and z_k = h k at phi = k (pi + 2 beta): on opposite sides of the axis,
and turned by 2 beta each time. There N = 0, |y| = a, and the saddle turns the gradient by the angle
beta away from the axis: a step of eta along it arrives at the next iterate, and f falls by eps h.
"""

from theory.statements._prelude import *
from theory.kernel.terms import PI, cos, sin
from theory.statements._collapse import J0, gap

p, q, z = THETA = tuple(map(var, ("p", "q", "z")))
a, A, ell, kappa, tau, drift, odds = map(var, ("a", "A", "ell", "kappa", "tau", "drift", "odds"))

B = A + a**2
FAR, NEAR = 1 / (A + p**2 + q**2), 1 / (a**2 + p**2 + q**2)
COS, SIN = cos(tau * z), sin(tau * z)
SADDLE = 2 * p * q * COS - (p**2 - q**2) * SIN
CROSSED = 2 * p * q * SIN + (p**2 - q**2) * COS  # the saddle, turned by 45 degrees
TURN = 2 * kappa * a**2
TILT = 2 * (q * COS - p * SIN), 2 * (p * COS + q * SIN), -tau * CROSSED  # its slopes
ODDS = odds + ell / 2 * B * (log(B) - log(A + p**2 + q**2)) + TURN * (SADDLE * NEAR) - drift * z
SLOPE = (
    TURN * (TILT[0] * NEAR - 2 * p * (SADDLE * NEAR**2)) - ell * B * (p * FAR),
    TURN * (TILT[1] * NEAR - 2 * q * (SADDLE * NEAR**2)) - ell * B * (q * FAR),
    TURN * (TILT[2] * NEAR) - drift,
)

# -- the constants, from gap, L and eta -----------------------------------------------------------

slack = 1 - 2 * gap / (eta * L)
beta = slack / 400
HALF_COS, HALF_SIN = cos(beta / 2), sin(beta / 2)  # the steps climb by the angle beta/2


def constants(beta: Term = beta, slack: Term = slack) -> dict[Term, Term]:
    """Of the landscape, for any angle; slack/2 = a^2/A says how far out the hill bends off."""
    radius = eta * cos(beta / 2) / (2 * cos(beta))
    rise = sin(beta) / cos(beta) * (beta * cos(beta / 2) ** 2 / sin(beta / 2))
    return {
        a: radius,
        A: 2 * radius**2 / slack,
        ell: 2 * cos(beta) ** 2 * (gap / eta),
        kappa: sin(beta) * cos(beta) * (gap / eta),
        tau: 4 * beta / (eta * sin(beta / 2)),
        drift: gap * (rise - sin(beta / 2)),
        odds: log(J0 / (1 - J0)),
    }


def iterate(beta: Term = beta) -> tuple[Term, ...]:
    """Iterate k."""
    radius, phase = constants(beta)[a], k * (PI + 2 * beta)
    return -radius * sin(phase), radius * cos(phase), k * (eta * sin(beta / 2))


CONSTANTS, ITERATE = constants(), iterate()
RADIUS, height, PHASE = CONSTANTS[a], eta * HALF_SIN, k * (PI + 2 * beta)
RISE = sin(beta) / cos(beta) * (beta * HALF_COS**2 / HALF_SIN)  # slope of the saddle, over gap

# -- the same for any angle: numeric.experiments.collapse.helix runs it ----------------------------

ANGLE, ROOM = var("angle"), var("room")
ANY_CONSTANTS, ANY_ITERATE = constants(ANGLE, ROOM), iterate(ANGLE)
