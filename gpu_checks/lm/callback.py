"""For a trainer of transformers or TRL: how long is the update it makes, and how long may it be?

    trainer.add_callback(GapCallback(questions, every=50))

Every so often theta is kept before an update. After it the direction w and the length of the update
are known, whatever made them: AdamW with its means, clipping, decay, a penalty. From theta, fresh
rollouts on questions of its own measure along w what `probe` measures, and what the update did to
them. It goes into `trainer_state.json`, where ``gradgap monitor`` finds it:

    gap/success, gap/gap, gap/safe_step    J, the gap and the safe step along w, before the update
    gap/step, gap/step_over_safe           the update's length, over the safe one
    gap/kl                                 KL(old || new) of whole responses
    gap/log_success_gain                   E+[log pi_new - log pi_old]: J rises where it is positive

The last one needs no derivative: J_new >= J exp of it, the first step in the proof of
`log_success_step`.
"""

from typing import Any

import torch
from transformers import TrainerCallback

from gpu_checks.lm import probe, rollouts
from gpu_checks.lm.loading import LanguageModel
from gpu_checks.lm.questions import Questions


class GapCallback(TrainerCallback):
    """`prompts` questions are used each time, others the next time, around and around.

    One process, parameters in float32 (autocast is no obstacle). ValueError, when training begins:
    it is otherwise; at once: there are too few questions."""

    def __init__(
        self,
        questions: Questions,
        every: int = 50,
        prompts: int = 16,
        group: int = 8,
        longest: int = 256,
        seed: int = 0,
    ) -> None:
        if every < 1 or prompts < 1 or group < 2:
            raise ValueError("every and prompts are at least 1, a group has 2 responses or more")
        questions.some(0, prompts)
        self.questions, self.every, self.prompts = questions, every, prompts
        self.group, self.longest, self.seed = group, longest, seed
        self.history: list[dict[str, float]] = []
        self.before: list[torch.Tensor] = []

    def on_train_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        if args.world_size > 1:
            raise ValueError("GapCallback measures in one process; this run has several")
        if any(p.dtype not in (torch.float32, torch.float64) for p in trained(more["model"])):
            raise ValueError("GapCallback needs parameters in float32; use bf16=True for autocast")

    def on_step_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        if state.global_step % self.every == 0:
            self.before = [p.detach().clone() for p in trained(more["model"])]

    def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        if not self.before:
            return
        network, tokenizer = more["model"], more["processing_class"]
        update = [p.detach() - b for p, b in zip(trained(network), self.before, strict=True)]
        self.before = []
        ends = (int(tokenizer.eos_token_id),)
        was_training = network.training
        found = self.measured(LanguageModel(network.eval(), tokenizer, ends), update, state)
        network.train(was_training)
        self.history.append(found)
        state.log_history.append({"step": state.global_step, **found})

    def measured(self, model: LanguageModel, update: probe.Vector, state: Any) -> dict[str, float]:
        """What was measured before the update, on fresh rollouts; the model is left after it."""
        step, turn = probe.norm(update), (state.global_step - 1) // self.every
        first = turn * self.prompts % (len(self.questions.prompts) - self.prompts + 1)
        asked = self.questions.some(first, self.prompts)
        with probe.moved(model, update, -1):
            drawn = rollouts.draw(model, asked, self.group, self.longest, self.seed, turn)
            found = {"gap/success": float(drawn.rewards.mean()), "gap/step": step}
            if not step:
                return found
            w = [x / step for x in update]
            old = rollouts.response_log_probabilities(model, drawn)
            with probe.moved(model, w, step):
                change = rollouts.response_log_probabilities(model, drawn) - old
            shift = step * probe.SHIFT / float(change.abs().mean())
            along = probe.measure(model, drawn, old, w, shift, "update", step)
        found |= {
            "gap/gap": along.gap,
            "gap/safe_step": along.safe,
            "gap/step_over_safe": step / along.safe,
            "gap/kl": probe.divergence(change),
            "gap/log_success_gain": float((drawn.rewards * change).sum() / drawn.rewards.sum()),
        }
        return {name: value for name, value in found.items() if value == value}


def trained(network: Any) -> list[torch.nn.Parameter]:
    return [p for p in network.parameters() if p.requires_grad]
