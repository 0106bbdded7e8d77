"""Lemma 2 as printed. The same hypotheses are needed as for lemma_2_sharp."""

from numeric.checks._prelude import *
from numeric.checks import lemma_2_sharp
from numeric.checks._lemma_2 import INSTANCES, spreading
from numeric.checks._trees import unindicated
from theory.statements.lemma_2 import STATEMENT

draw = lemma_2_sharp.draw

COUNTERS = counters(STATEMENT, INSTANCES | {"cubic remainder": spreading(Fraction(1, 16))})

WITHOUT = {"indicators": unindicated(FAIR)}
