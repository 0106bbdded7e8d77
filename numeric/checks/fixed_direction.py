"""Along a fixed direction: sums of waves, whose curvature is at most the sum of amplitude times
squared frequency; and one wave over a whole period, which comes close to the bound."""

from numeric.checks._prelude import *
from numeric.checks._instances import reals
from theory.statements.fixed_direction import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """f(t) = c t + sum of A sin(w t + phase); log odds are of no use here."""
    eta = arb(float(10 ** rng.uniform(-3, 3)))
    with ball_precision(BITS):
        if rng.uniform() < 0.3:
            waves = [(arb(float(rng.uniform(0.1, 1))), 2 * arb.pi() / eta, arb(0))]
        else:
            drawn = rng.uniform(-3, 3, size=(3, 3)).tolist()
            waves = [(arb(A), arb(w), arb(phase)) for A, w, phase in drawn]
        drift = arb(float(rng.normal()))

        def f(t: arb) -> arb:
            return drift * t + sum(A * (w * t + phase).sin() for A, w, phase in waves)

        def slope(t: arb) -> arb:
            return drift + sum(A * w * (w * t + phase).cos() for A, w, phase in waves)

        bend = sum(abs(A) * w**2 for A, w, _ in waves)
        lower = slope(arb(0)).min(slope(eta))
        gap = lower - abs(lower) * float(rng.choice([1e-12, rng.uniform()]))
        L, U = (bend * float(rng.choice([1.0, 10 ** rng.uniform(0, 2)])) for _ in range(2))
        return {"start": f(arb(0)), "end": f(eta), "gap": gap, "L": L, "U": U, "eta": eta}


@dataclass(frozen=True)
class Curve:
    """f(t) = c t + A sin(2 pi t)/(2 pi) - b t^2 with gap 1, on a step of length 1; f is reported
    this many times too large."""

    L: Number
    U: Number
    slope: Number = 0
    amplitude: Number = 0
    bend: Number = 0
    reported: Number = 1

    def formal(self) -> dict[str, Any]:
        turn, seen = 2 * arb.pi(), ball(self.reported)
        c, A, b, eta = map(ball, (self.slope, self.amplitude, self.bend, 1))
        return {
            "Real": reals(1),
            "f": lambda t: seen * (c * t + A * (turn * t).sin() / turn - b * t * t),
            "slope": lambda t: c + A * (turn * t).cos() - 2 * b * t,
            "gap": arb(1),
            "eta": eta,
            "L": ball(self.L),
            "U": ball(self.U),
        }

    def shown(self) -> dict[str, str]:
        wave = f"{self.amplitude} sin(2 pi t)/(2 pi)"
        line = f"{self.slope} t + {wave} - {self.bend} t^2"
        return {"f": line, "L": str(self.L), "U": str(self.U), "eta": "1", "gap": "1"}


STEEP = Fraction(38, 5)
DIP = Curve(STEEP, STEEP, slope=Fraction(-1, 5), amplitude=Fraction(6, 5))
"""Slope 1 at both ends, |f''| <= 12 pi/5 < 7.6, and lower by 1/5 at the end."""

COUNTERS = counters(
    STATEMENT,
    {
        "half of the loss": DIP,
        "no loss": DIP,
        "twice the step": DIP,
        "drop differentiable": Curve(1, 1, slope=1, reported=0),
        "drop aligned": Curve(2, 2, slope=1, bend=1),
        "drop falls": replace(DIP, L=Fraction(1, 10)),
        "drop rises": replace(DIP, U=Fraction(1, 10)),
    },
)

WITHOUT = {"constants": Curve(1, 0, slope=1)}
