"""A softmax over tokens and one expected policy-gradient update of its logits.

Token o has the logit(o), the probability p(o) = e^logit(o) / Z and the reward r(o), any real
number. V is the mean reward. The expected update moves logit(o) by eta u(o), with

    u(o) = p(o) (r(o) - V)

(claim `logit_gradient`). A response is here one token; so the paper's RESPONSE is the index set.
"""

from dataclasses import dataclass

from theory.statements._prelude import *

r = STEP.reward_symbol
best, good = var("best", RESPONSE), var("good", RESPONSE)
Z, V, V_next, mean_u = map(var, ("Z", "V", "V_next", "mean_u"))
p, p_next, logit_update = (Symbol(name, (RESPONSE,)) for name in ("p", "p_next", "u"))


@dataclass(frozen=True, slots=True)
class Softmax:
    """The policy before update number ``prefix``; () for a single update."""

    prefix: tuple[Term, ...] = ()

    @property
    def logit_symbol(self) -> Symbol:
        return Symbol("logit", (*(x.sort for x in self.prefix), RESPONSE))

    def logit(self, token: Term) -> Term:
        return self.logit_symbol(*self.prefix, token)

    def weight(self, token: Term) -> Term:
        return exp(self.logit(token))

    @property
    def normaliser(self) -> Term:
        """Z."""
        return total(o, self.weight(o))

    def probability(self, token: Term) -> Term:
        return self.weight(token) / self.normaliser

    @property
    def value(self) -> Term:
        """V, the mean reward."""
        return self.mean(r(o))

    def mean(self, f: Term) -> Term:
        return total(o, self.probability(o) * f)

    def advantage(self, token: Term) -> Term:
        return r(token) - self.value

    def update(self, token: Term) -> Term:
        """u(token), the derivative of V in the token's logit."""
        return self.probability(token) * self.advantage(token)

    # -- after one update ------------------------------------------------------------------------
    def moved(self, token: Term, step: TermLike = eta) -> Term:
        return exp(self.logit(token) + step * self.update(token))

    @property
    def moved_normaliser(self) -> Term:
        return total(o, self.moved(o))

    def moved_probability(self, token: Term) -> Term:
        return self.moved(token) / self.moved_normaliser


SOFTMAX, SOFTMAX_AT_K = Softmax(), Softmax((k,))

PROBABILITY = Notation(p, SOFTMAX.probability(o), "softmax of the logits", (o,))
PROBABILITY_NEXT = Notation(
    p_next, SOFTMAX.moved_probability(o), "probability after the update", (o,)
)
VALUE = Notation(V, SOFTMAX.value, "mean reward")
VALUE_NEXT = Notation(
    V_next, total(o, SOFTMAX.moved_probability(o) * r(o)), "mean reward after the update"
)
UPDATE = Notation(
    logit_update, SOFTMAX.update(o), "expected update of the logit, p(o) (r(o) - V)", (o,)
)
MEAN_UPDATE = Notation(mean_u, SOFTMAX.mean(SOFTMAX.update(o)), "mean update, sum of p u")

NONEMPTY = Hypothesis("nonempty", 0 < SOFTMAX.normaliser, "there is a token, so that Z > 0")
ALWAYS_NONEMPTY = Hypothesis(
    "nonempty", forall(k, 0 < SOFTMAX_AT_K.normaliser), "there is a token, so that Z > 0"
)
UPDATED = Hypothesis(
    "updated",
    forall(
        k,
        forall(
            o,
            eq(
                Softmax((k + 1,)).logit(o),
                SOFTMAX_AT_K.logit(o) + steps(k) * SOFTMAX_AT_K.update(o),
            ),
        ),
    ),
    "every step moves the logits by eta_k u",
)
