"""The stager: tokens of both sequences in, calibrated stage probabilities out.

A missing sequence is a mask, not another model.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from hepatrain.config import NetworkConfig
from hepatrain.network.cross_attention import CrossAttention, FeedForward
from hepatrain.network.distribution import TokenDistribution
from hepatrain.network.embedding import SliceEmbedding
from hepatrain.network.masking import masked_softmax
from hepatrain.network.ordinal import OrdinalHead, stage_log_probabilities
from hepatrain.network.pooling import POOLINGS
from hepatrain.network.tokens import Tokens, repeat
from hepatrain.vocabulary import INPUTS, SEQUENCES


class Decisions(NamedTuple):
    """What the stager makes of B studies, for each of the P presence patterns in `INPUTS`."""

    logits: Tensor
    """[B, P, K], not yet calibrated."""
    cumulative_logits: Tensor | None
    """[B, P, K−1] of the ordinal head; `None` without one."""
    present: Tensor
    """[B, P, 2]: which sequences it saw."""
    t1w_slice_attention: Tensor
    """[B, P, S1], sums to 1 over valid slices."""
    t2w_slice_attention: Tensor
    """[B, P, S2]."""
    sequence_attention: Tensor
    """[B, P, 2], sums to 1 over present sequences."""


class Stager(nn.Module):
    """Embeds slices, lets the sequences ask each other, pools slices, weighs sequences, decides."""

    temperature: Tensor
    patterns: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        """Temperature and distribution are constants that are set after training."""
        super().__init__()
        d = config.token
        self.embed = nn.ModuleList(SliceEmbedding(d) for _ in SEQUENCES)
        asking = SEQUENCES if config.cross_attention else ()
        self.ask_other = nn.ModuleList(CrossAttention(d, config.heads, config.dropout) for _ in asking)
        self.feed = nn.ModuleList(FeedForward(d, config.dropout) for _ in SEQUENCES)
        self.pool = nn.ModuleList(POOLINGS[config.pooling](d) for _ in SEQUENCES)
        self.weigh = nn.Linear(d, 1)
        self.norm = nn.LayerNorm(d)
        self.dropout = nn.Dropout(config.dropout)
        self.ordinal = OrdinalHead(d, config.stages) if config.ordinal else None
        self.categorical = nn.Linear(d, config.stages)
        self.distribution = nn.ModuleList(TokenDistribution(d) for _ in SEQUENCES)
        self.register_buffer("temperature", torch.ones(()))
        self.register_buffer("patterns", torch.tensor(list(INPUTS.values())).float(), persistent=False)  # [P, 2]

    def decide(self, t1w: Tokens, t2w: Tokens) -> tuple[Tensor | None, ...]:
        """The fields of `Decisions` without their axis P, from all valid slices."""
        present = torch.stack((t1w.valid.amax(1), t2w.valid.amax(1)), 1)  # [B, 2]
        slices1, slices2 = self.hear(t1w, t2w)  # [B, S1, D], [B, S2, D]
        pooled1, attention1 = self.pool[0](slices1, t1w.valid)
        pooled2, attention2 = self.pool[1](slices2, t2w.valid)
        pooled = torch.stack((pooled1, pooled2), 1)  # [B, 2, D]
        sequences = masked_softmax(self.weigh(pooled).squeeze(-1), present)
        study = self.dropout(self.norm((sequences.unsqueeze(-1) * pooled).sum(1)))  # [B, D]
        logits, cumulative_logits = self.categorical(study), None
        if self.ordinal:
            cumulative_logits = self.ordinal(study)
            # The two heads vote by multiplying: the ordinal one knows the order, the categorical one the rest.
            logits = logits + stage_log_probabilities(cumulative_logits)
        return logits, cumulative_logits, present, attention1, attention2, sequences

    def hear(self, t1w: Tokens, t2w: Tokens) -> tuple[Tensor, Tensor]:
        """Embedded slices of both sequences, [B, S1, D] and [B, S2, D], after they have asked each other."""
        embedded1, embedded2 = self.embed[0](t1w), self.embed[1](t2w)
        if not self.ask_other:
            return self.feed[0](embedded1), self.feed[1](embedded2)
        distance = (t1w.positions.unsqueeze(2) - t2w.positions.unsqueeze(1)).abs()  # [B, S1, S2]
        heard1 = self.ask_other[0](embedded1, embedded2, distance, t2w.valid)
        heard2 = self.ask_other[1](embedded2, embedded1, distance.transpose(1, 2), t1w.valid)
        return self.feed[0](heard1), self.feed[1](heard2)

    def decide_all(self, t1w: Tokens, t2w: Tokens) -> Decisions:
        """T1W alone, T2W alone and both, as three studies of one batch."""
        count = len(self.patterns)
        fields = self.decide(repeat(t1w, self.patterns[:, 0]), repeat(t2w, self.patterns[:, 1]))
        return Decisions(*(None if field is None else field.unflatten(0, (-1, count)) for field in fields))

    def probabilities(self, decisions: Decisions) -> Tensor:
        """[B, P, K], calibrated; uniform where no allowed sequence is there, for then nothing is known."""
        known = decisions.present.amax(2, keepdim=True)
        return (decisions.logits / self.temperature * known).softmax(2)

    def forward(
        self,
        t1w_tokens: Tensor,
        t1w_positions: Tensor,
        t1w_valid: Tensor,
        t2w_tokens: Tensor,
        t2w_positions: Tensor,
        t2w_valid: Tensor,
    ) -> tuple[Tensor, ...]:
        """The exported graph → probabilities [B, P, K], the attention of the decision from both, distances [B, 2]."""
        t1w = Tokens(t1w_tokens, t1w_positions, t1w_valid)
        t2w = Tokens(t2w_tokens, t2w_positions, t2w_valid)
        decisions = self.decide_all(t1w, t2w)
        joint = (decisions.t1w_slice_attention, decisions.t2w_slice_attention, decisions.sequence_attention)
        distances = self.distribution[0].distance(t1w), self.distribution[1].distance(t2w)
        return self.probabilities(decisions), *(part[:, -1] for part in joint), torch.stack(distances, 1)
