"""What checks are written with: instances, drawn steps, balls, and the counters made of them."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb
from numpy.random import Generator

from numeric.checks import _step as updates
from numeric.checks._base import BITS, Counters, counters, drawn, with_abbreviations
from numeric.checks._dropped import (
    BENDING,
    DROPPED,
    FADING,
    FAIR,
    HALF,
    NO_SUCCESS,
    QUARTER,
    RISING,
    SHORT,
    SYMMETRIC,
    SYMMETRIC_L,
    TINY,
    balance_instances,
    rare_failure,
    rare_success,
)
from numeric.checks._instances import (
    Instance,
    Line,
    Number,
    Numbers,
    Tables,
    ball,
    balls,
    log_linear,
    over_responses,
    two_arms,
    unnormalised,
)
from numeric.core.balls import Array, ball_precision, largest, midpoints, to_balls
from theory.evaluate import BALLS, Values, evaluate

LogOdds = float | None
"""Of success; None: drawn too."""
