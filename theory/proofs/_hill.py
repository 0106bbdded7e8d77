"""Two responses whose J goes over a hill in one update: log J(t) = start + rise t - bend t^2/2.

The score of the right one is s = rise - bend t. The other has what is left, p = J(t): its score is
-p s/(1-p), with slope p (bend (1-p) - s^2)/(1-p)^2, at most L in size where p <= 2/7, bend <= L and
s^2 <= L/2."""

from collections.abc import Mapping
from dataclasses import dataclass

from theory.proofs._prelude import *
from theory.proofs._witness import REWARD, RIGHT, WRONG, Rows

start, rise, bend = map(var, ("start", "rise", "bend"))
HILL, SLOPE = start + rise * t - bend * t**2 / 2, rise - bend * t
RATE = exp(HILL)
LOGP = {RIGHT: HILL, WRONG: log(1 - RATE)}
SCORE = {RIGHT: SLOPE, WRONG: -(RATE * SLOPE / (1 - RATE))}
ON_STEP = 0 <= t, t <= eta
RARE = forall(t, RATE <= const(2) / 7)
BENT = conj(0 <= bend, bend <= L, 0 < L)
GENTLE = forall(t, implies(conj(*ON_STEP), SLOPE**2 <= L / 2))


@cache
def others() -> tuple[Proof, ...]:
    """0 < 1 - p, e^{log(1 - p)} = 1 - p, and the same divided."""
    rare = at(RARE, t)
    positive = solve(0 < 1 - RATE, rare)
    return (
        rare,
        exp_positive(HILL),
        positive,
        exp_log(positive),
        solve(negate(eq(1 - RATE, 0)), positive),
    )


@cache
def logp_slope(name: str) -> Proof:
    """log pi has the score as its derivative."""
    raw = differentiate(t, LOGP[name], *others())
    same = solve(eq(raw.conclusion.args[2], SCORE[name]), *others())
    return rename_derivative(raw, solve(eq(LOGP[name], LOGP[name])), same)


@cache
def score_slope() -> Proof:
    """0 <= t <= eta  |-  |slope of the wrong response's score| <= L."""
    raw = differentiate(t, SCORE[WRONG], *others())
    slope = raw.conclusion.args[2]
    p, s = var("p"), var("s")
    same = solve(eq(slope, RATE * (bend * (1 - RATE) - SLOPE**2) / (1 - RATE) ** 2), *others())
    known = [assume(f) for f in (0 < p, p <= const(2) / 7, s**2 <= L / 2, BENT)]
    high = solve(p * (bend * (1 - p) - s**2) <= L * (1 - p) ** 2, *known)
    low = solve(-L * (1 - p) ** 2 <= p * (bend * (1 - p) - s**2), *known)
    scalar = solve(
        absolute(p * (bend * (1 - p) - s**2) / (1 - p) ** 2) <= L,
        high,
        low,
        solve(0 < (1 - p) ** 2, *known[:2]),
    )
    inside = both(*(assume(f) for f in ON_STEP))
    gentle = apply_implication(at(GENTLE, t), inside)
    bounded = use(instantiate(scalar, {p: RATE, s: SLOPE}), others()[1], others()[0], gentle)
    return solve(absolute(slope) <= L, same, bounded)


@cache
def steady(name: str) -> Proof:
    """0 <= t <= eta  |-  |score at t - at 0| <= L t."""
    if name == RIGHT:
        moved = SLOPE - substitute(SLOPE, {t: const(0)})
        return solve(absolute(moved) <= L * t, assume(conj(*ON_STEP)), assume(BENT))
    slope = differentiate(t, SCORE[WRONG], *others())

    def rises(sign: int) -> Proof:
        line = differentiate(t, const(sign) * SCORE[WRONG] + L * t, slope)
        bound = solve(0 <= line.conclusion.args[2], score_slope())
        before = use(bound, solve(t <= eta, assume(t <= u), assume(u <= eta)))
        return nondecreasing(line, before, const(0), u)

    begin, end = (substitute(SCORE[WRONG], {t: where}) for where in (const(0), u))
    change = solve(absolute(end - begin) <= L * u, rises(1), rises(-1))
    inside = assume(conj(*ON_STEP))
    return use(instantiate(change, {u: t}), part(inside, 0), part(inside, 1))


@dataclass(frozen=True)
class Hill:
    """The hill with these ``values`` of start, rise and bend; ``known`` proves RARE, BENT and
    GENTLE of them."""

    values: Mapping[Term, Term]
    known: tuple[Proof, ...]

    def put(self, fact: Proof, where: TermLike = t) -> Proof:
        """A fact about the hill, of these values, at t = ``where``."""
        lemma = instantiate(instantiate(fact, dict(self.values)), {t: lift(where)})
        return use(lemma, *(p for p in self.known if p.conclusion in lemma.hypotheses))

    def at(self, term: Term, where: TermLike = t) -> Term:
        return substitute(substitute(term, dict(self.values)), {t: lift(where)})

    def others(self, where: TermLike = t) -> tuple[Proof, ...]:
        return tuple(self.put(fact, where) for fact in others())

    def slopes(self) -> tuple[Proof, ...]:
        """The scores are the derivatives of log pi."""
        return tuple(self.put(logp_slope(name)) for name in LOGP)

    def steadies(self) -> tuple[Proof, ...]:
        """The scores are L-Lipschitz on the step."""
        return tuple(self.put(steady(name)) for name in LOGP)

    def one_update(self, goal: Term, ends: tuple[Proof, ...], rare: tuple[Proof, ...]) -> Proof:
        """Normalised, differentiable, smooth, bounded, with rewards of 0 and 1, J and gap as they
        should be; and where it arrives. ``ends`` says what the hill is at both ends."""
        policy, reached = goal.args
        normalised, differentiable, smooth, bounded, binary, success, aligned = policy.args
        inside = *self.others(), *rare
        properties = both(
            conclude_parts(normalised, *inside),
            conclude_parts(differentiable, *self.slopes(), *inside),
            conclude_parts(smooth, *self.steadies(), *self.others(), *ends),
            conclude_parts(bounded, *ends),
            conclude_parts(binary),
            conclude_parts(success, *ends),
            conclude_parts(aligned, *ends),
        )
        return both(properties, conclude_parts(reached, *self.others(eta), *ends))

    def functions(self, line: Line, *params: Term) -> dict[Symbol, Rows]:
        tables = ((line.logp_symbol, LOGP), (line.score_symbol, SCORE))
        functions: dict[Symbol, Rows] = {
            symbol: {(name,): Lambda((*params, t), self.at(f)) for name, f in table.items()}
            for symbol, table in tables
        }
        return {**functions, line.reward_symbol: REWARD}
