"""TRL's GRPOTrainer on the task of our own trainer, set to be as fast as its settings make it.

What GRPOTrainer computes, read in its source (trl 1.16), with G responses a prompt, B in all, T the
longest response allowed, and rho the ratio of new to old probability of a token:

    loss = - sum_i sum_t min(rho A_i, clip(rho, 1 - e, 1 + e) A_i) / Z

    loss_type   Z                                                              scale_rewards
    dr_grpo     B T, a constant                                                "none", for us
    grpo        B |o_i|, the response's own length                             "group"
    dapo        tokens written in the batch (the default)                      "group"

`scale_rewards="none"`: A_i = r_i - J_q; "group": over sd_q + 1e-4 as well, where sd_q is divided by
G - 1. With one update a batch (`num_iterations=1`, `steps_per_generation` equal to the accumulation
steps) old log-probabilities are not computed a second time: they are the new ones, detached, rho is
1, and clipping does nothing. With several, they are recomputed by a forward pass. `beta=0` loads no
reference model. The default optimiser is AdamW with a linearly falling rate of 1e-6, gradients
clipped at norm 1, bfloat16 and gradient checkpointing on: all of these are changed here, to plain
SGD in float32. Prompts are padded on the left, responses on the right to the longest of the batch.

Our dr-grpo divides by B alone. So its step eta is the step T eta here, and the two updates are
then the same function of the responses and of their scores; for grpo they are up to the factor
sqrt((G-1)/G) and the 1e-4. The other updates of `gpu_checks.algorithms` have no counterpart in TRL.

The networks are not the same function: GPT-2 has layer norms with a mean and biases, ours has root
mean squares without; no weights of one give the other. Layers, width, heads, MLPs of four widths,
gelu, learned positions, and embeddings that are not the logits' are the same; `parameters` counts.

Generation is `model.generate` with a cache of keys and values. vLLM has no model as small as this.
"""

import logging
import os
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from gpu_checks import noise, train
from gpu_checks.benchmarks.sides import Block, every_prompt, synchronised
from gpu_checks.settings import PLAIN, Settings
from gpu_checks.tasks import EOS, lengths
from gpu_checks.warm_start import BATCH, HALVINGS, RATE

EXTRA = ("trl", "transformers", "datasets", "tokenizers", "accelerate")
MISSING = "{} is not installed: pip install -c constraints.txt -e '.[bench]'"


def libraries() -> SimpleNamespace:
    """TRL and what it stands on, none of which may look for anything on the network.

    ModuleNotFoundError: one of them is not installed; says what to install."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # no downloads, no telemetry
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    try:
        found = {name: import_module(name) for name in EXTRA}
    except ModuleNotFoundError as error:
        if error.name not in EXTRA:
            raise
        raise ModuleNotFoundError(MISSING.format(error.name), name=error.name) from None
    found["transformers"].utils.logging.set_verbosity_error()
    logging.getLogger("trl").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    return SimpleNamespace(**found)


@dataclass(frozen=True)
class Variant:
    """One way of setting TRL; the benchmark takes the fastest. `chunks`: forward and backward
    passes an update; `attention`: sdpa or eager; `workers`: processes that load prompts; `cache`:
    how keys and values are kept, None for transformers' own choice; `compiled`: torch.compile."""

    chunks: int = 1
    attention: str = "sdpa"
    workers: int = 0
    cache: str | None = None
    compiled: bool = False


VARIANTS = {
    "one batch": Variant(),
    "eager attention": Variant(attention="eager"),
    "two chunks": Variant(chunks=2),
    "one loading process": Variant(workers=1),
    "static cache": Variant(cache="static"),
    "compiled": Variant(compiled=True),
}


LOSSES = {"dr-grpo": ("dr_grpo", "none"), "grpo": ("grpo", "group")}
"""Of ours, those that TRL has: its `loss_type` and `scale_rewards`."""
Weights = dict[str, Tensor]


class Theirs:
    """A GPT-2 of the size of our network under GRPOTrainer; `settings` of one run.

    `weights`: of the network at the start, as of `start` after a `warm_start`; random if None.

    TRL reads and sets the global random state of torch, Python and NumPy: two of these objects
    draw from one stream. ValueError: TRL cannot do what the settings say."""

    def __init__(
        self,
        settings: Settings,
        variant: Variant,
        device: torch.device,
        weights: Weights | None = None,
    ) -> None:
        require(settings, variant)
        self.found = libraries()
        self.settings, self.device = settings, device
        self.rollouts = settings.prompts * settings.group
        self.found.transformers.set_seed(settings.seeds[0])
        self.model = _network(self.found, settings, variant).to(device)
        if weights is not None:
            self.model.load_state_dict(weights)
        self.start = _copy(self.model)
        prompts = every_prompt(settings)
        answers = settings.the_task.answer(prompts, settings.size)
        self.texts = [text(prompt) for prompt in prompts.tolist()]
        ends = lengths(answers).tolist()
        ids = [answer[:end] for answer, end in zip(answers.tolist(), ends, strict=True)]
        self.correct = dict(zip(self.texts, ids, strict=True))
        end = settings.size + 1  # of an answer and its EOS
        self.solved = torch.cat((prompts, answers[:, :end]), dim=1).to(device)  # (N, P + n + 1)
        self.block, self._rounds = Block(), 0
        self._folder = tempfile.TemporaryDirectory()  # GRPOConfig wants one; nothing is saved
        self.watch = _watch(self)
        self.trainer = self._trainer(variant)

    @property
    def parameters(self) -> int:
        return sum(part.numel() for part in self.model.parameters())

    def reset(self) -> None:
        """Back to the weights of the start. Plain SGD keeps nothing else."""
        self.model.load_state_dict(self.start)

    def log_answers(self, rows: Tensor | slice = slice(None)) -> Tensor:
        """log pi(answer, EOS | prompt) of these prompts, (rows,)."""
        solved, length = self.solved[rows], self.settings.the_task.prompt_length(self.settings.size)
        logits = self.model(solved[:, :-1]).logits[:, length - 1 :]  # (rows, n + 1, V)
        return logits.log_softmax(-1).gather(-1, solved[:, length:, None]).sum((1, 2))

    @torch.no_grad()
    def success_rate(self) -> float:
        """J, exactly: each prompt has one correct response, and all are equally likely."""
        training = self.model.training
        self.model.eval()
        found = self.log_answers().double().exp().mean().item()
        self.model.train(training)
        return found

    def warm_start(self, target: float) -> int:
        """The recipe of `gpu_checks.warm_start`: Adam on the answers to fresh prompts, then the
        last step is cut so that J is the target. Returns the number of steps."""
        adam = torch.optim.Adam(self.model.parameters(), lr=RATE, betas=(0.9, 0.99))
        key, step = noise.fold(noise.keys(self.settings.seeds[0], 1)[0], train.WARM), 0
        before = _copy(self.model)
        while self.success_rate() < target:
            before, step = _copy(self.model), step + 1
            u = noise.uniforms(key, step, shape=(BATCH,))
            rows = (u * len(self.texts)).long().to(self.device)
            adam.zero_grad()
            (-self.log_answers(rows).mean()).backward()
            adam.step()
        self._cut(before, _copy(self.model), target)
        self.model.zero_grad()
        self.start = _copy(self.model)
        return step

    def _cut(self, before: Weights, after: Weights, target: float) -> None:
        low, high = 0.0, 1.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            self.model.load_state_dict(
                {name: part + middle * (after[name] - part) for name, part in before.items()}
            )
            low, high = (low, middle) if self.success_rate() >= target else (middle, high)

    def run(self, updates: int, target: float | None = None) -> Block:
        """Train. With a target, J is computed after each update, off the clock, and the first with
        J >= target is the last. Without, one update more is made first, in which the loop is set
        up, and not counted."""
        spare = 0 if target is not None else 1
        self.block = Block()
        self._rounds += 1
        self.trainer.train_dataset = self._data(updates + spare)
        self.trainer.args.max_steps = updates + spare
        self.watch.prepare(spare, target)
        self.trainer.train()
        return self.block

    def _data(self, updates: int) -> Any:
        key = noise.fold(noise.keys(self.settings.seeds[0], 1)[0], train.PROMPTS, self._rounds)
        u = noise.uniforms(key, shape=(updates * self.settings.prompts,))
        rows = (u * len(self.texts)).long().tolist()
        return self.found.datasets.Dataset.from_dict({"prompt": [self.texts[row] for row in rows]})

    def _reward(
        self, prompts: Sequence[str], completion_ids: Sequence[list[int]], **_: Any
    ) -> list[float]:
        self.block.tokens += sum(map(len, completion_ids))
        pairs = zip(prompts, completion_ids, strict=True)
        return [float(ids == self.correct[prompt]) for prompt, ids in pairs]

    def _trainer(self, variant: Variant) -> Any:
        loss, scale = LOSSES[self.settings.algorithm]
        longest, size = self.settings.longest, self.settings.step_sizes[0]
        chosen = self.found.trl.GRPOConfig(
            output_dir=self._folder.name,
            use_cpu=self.device.type == "cpu",
            bf16=False,
            gradient_checkpointing=False,
            per_device_train_batch_size=self.rollouts // variant.chunks,
            gradient_accumulation_steps=variant.chunks,
            num_generations=self.settings.group,
            max_completion_length=longest,
            temperature=1.0,
            top_p=1.0,
            top_k=0,
            cache_implementation=variant.cache,
            loss_type=loss,
            scale_rewards=scale,
            beta=0.0,
            num_iterations=1,
            torch_compile=variant.compiled,
            max_grad_norm=0.0,  # off
            max_steps=1,
            shuffle_dataset=False,
            dataloader_num_workers=variant.workers,
            dataloader_pin_memory=self.device.type == "cuda",
            logging_strategy="no",
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            seed=self.settings.seeds[0],
        )
        step = size * longest if loss == "dr_grpo" else size
        sgd = torch.optim.SGD(self.model.parameters(), lr=step)
        constant = torch.optim.lr_scheduler.LambdaLR(sgd, lambda update: 1.0)
        trainer = self.found.trl.GRPOTrainer(
            self.model,
            self._reward,
            chosen,
            self._data(1),
            processing_class=_tokenizer(self.found, self.settings.the_task.vocabulary),
            callbacks=[self.watch],
            optimizers=(sgd, constant),
        )
        trainer.remove_callback(self.found.transformers.PrinterCallback)
        # `_prepare_inputs` is generation with all that belongs to it, `generate` the model's alone.
        _timed(trainer, "_prepare_inputs", self._took_preparing, self.device)
        _timed(self.model, "generate", self._took_sampling, self.device)
        return trainer

    def _took_sampling(self, seconds: float) -> None:
        self.block.sampling += seconds
        self.block.preparing -= seconds

    def _took_preparing(self, seconds: float) -> None:
        self.block.preparing += seconds


def require(settings: Settings, variant: Variant) -> None:
    """ValueError: TRL cannot do what the settings say."""
    if settings.algorithm not in LOSSES:
        raise ValueError(f"TRL has {', '.join(LOSSES)}, not {settings.algorithm}")
    if (settings.step, settings.dtype, settings.kl) != (PLAIN, "float32", 0.0):
        raise ValueError("both sides must take plain steps in float32 without a penalty")
    if settings.inner != 1 or len(settings.seeds) != 1:
        raise ValueError("both sides must make one update a batch, and TRL trains one run")
    rollouts = settings.prompts * settings.group
    if rollouts % variant.chunks:
        raise ValueError(f"{rollouts} rollouts cannot be cut into {variant.chunks} equal chunks")


def _copy(model: Any) -> Weights:
    return {name: part.clone() for name, part in model.state_dict().items()}


def text(prompt: Sequence[int]) -> str:
    """A prompt as TRL wants it: the word of a token is its number."""
    return " ".join(map(str, prompt))


def _tokenizer(found: SimpleNamespace, vocabulary: int) -> Any:
    words = {str(token): token for token in range(vocabulary)}
    model = found.tokenizers.Tokenizer(found.tokenizers.models.WordLevel(words, unk_token=str(EOS)))
    model.pre_tokenizer = found.tokenizers.pre_tokenizers.WhitespaceSplit()
    return found.transformers.PreTrainedTokenizerFast(
        tokenizer_object=model, eos_token=str(EOS), pad_token=str(EOS), padding_side="left"
    )


def _network(found: SimpleNamespace, settings: Settings, variant: Variant) -> Any:
    like = settings.architecture
    return found.transformers.GPT2LMHeadModel(
        found.transformers.GPT2Config(
            vocab_size=like.vocabulary,
            n_positions=like.context,
            n_embd=like.width,
            n_layer=like.layers,
            n_head=like.heads,
            n_inner=4 * like.width,
            activation_function="gelu",  # the default, gelu_new, is slower
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            tie_word_embeddings=False,
            bos_token_id=None,
            eos_token_id=EOS,
            pad_token_id=EOS,
            attn_implementation=variant.attention,
        )
    )


def _timed(owner: Any, name: str, took: Callable[[float], None], device: torch.device) -> None:
    inner = getattr(owner, name)

    def outer(*args: Any, **kwargs: Any) -> Any:
        started = synchronised(device)
        result = inner(*args, **kwargs)
        took(synchronised(device) - started)
        return result

    setattr(owner, name, outer)


def _watch(side: Theirs) -> Any:
    """A callback of the trainer that keeps the time of each update, and J if there is a target."""

    callback: Any = side.found.transformers.TrainerCallback

    class Watch(callback):
        def prepare(self, spare: int, target: float | None) -> None:
            self.spare, self.target, self.since = spare, target, 0.0

        def on_train_begin(self, *_: Any, **__: Any) -> None:
            self.since = synchronised(side.device)

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            now = synchronised(side.device)
            if self.spare:
                self.spare -= 1
                side.block = Block()
            else:
                side.block.seconds.append(now - self.since)
            if self.target is not None:
                side.block.success.append(side.success_rate())
                control.should_training_stop = side.block.success[-1] >= self.target
            self.since = synchronised(side.device)

    return Watch()
