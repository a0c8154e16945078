"""The stager: tokens of both sequences in, calibrated stage probabilities out.

A missing sequence is a mask, not another model.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hepatrain.config import NetworkConfig
from hepatrain.network.masking import masked_softmax
from hepatrain.network.ordinal import OrdinalHead, stage_log_probabilities
from hepatrain.vocabulary import INPUTS, SEQUENCES


class Tokens(NamedTuple):
    """One sequence of B studies, S slices each. An absent sequence is one invalid slice of zeros."""

    values: Tensor
    """[B, S, D]."""
    positions: Tensor
    """[B, S]: 0 inferior to 1 superior."""
    valid: Tensor
    """[B, S]: 1 a slice, 0 padding."""


class Decisions(NamedTuple):
    """What the stager makes of B studies, for each of the P presence patterns in `INPUTS`."""

    logits: Tensor
    """[B, P, K], not yet calibrated."""
    cumulative_logits: Tensor
    """[B, P, K−1] of the ordinal head."""
    present: Tensor
    """[B, P, 2]: which sequences it saw."""
    t1w_slice_attention: Tensor
    """[B, P, S1], sums to 1 over valid slices."""
    t2w_slice_attention: Tensor
    """[B, P, S2]."""
    sequence_attention: Tensor
    """[B, P, 2], sums to 1 over present sequences."""


class SliceEmbedding(nn.Module):
    """A token with where it lies, in the stager's own space."""

    def __init__(self, features: int) -> None:
        """Four octaves of z: from the whole liver down to an eighth of it."""
        super().__init__()
        self.value = nn.Linear(features, features)
        self.place = nn.Linear(8, features)
        self.norm = nn.LayerNorm(features)
        self.register_buffer("frequencies", math.pi * 2.0 ** torch.arange(4), persistent=False)

    def forward(self, tokens: Tokens) -> Tensor:
        """→ [B, S, D]."""
        phase = tokens.positions.unsqueeze(-1) * self.frequencies
        return self.norm(self.value(tokens.values) + self.place(torch.cat((phase.sin(), phase.cos()), -1)))


class CrossAttention(nn.Module):
    """Slices of one sequence ask the slices of the other, near ones first."""

    def __init__(self, features: int, heads: int, dropout: float) -> None:
        """The pull of nearness is learnt by each head."""
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(features, features)
        self.key = nn.Linear(features, features)
        self.value = nn.Linear(features, features)
        self.output = nn.Linear(features, features)
        self.nearness = nn.Parameter(torch.zeros(heads))
        self.norm = nn.LayerNorm(features)
        self.feed = nn.Sequential(nn.Linear(features, 2 * features), nn.GELU(), nn.Linear(2 * features, features))
        self.feed_norm = nn.LayerNorm(features)
        self.dropout = nn.Dropout(dropout)

    def forward(self, asking: Tensor, asked: Tensor, distance: Tensor, asked_valid: Tensor) -> Tensor:
        """asking [B, S, D], asked [B, S', D], distance [B, S, S'] in positions, asked_valid [B, S'] → [B, S, D]."""
        query, key, value = self.split(self.query(asking)), self.split(self.key(asked)), self.split(self.value(asked))
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])  # [B, heads, S, S']
        scores = scores - F.softplus(self.nearness).reshape(-1, 1, 1) * distance.unsqueeze(1)
        # Where the other sequence is absent all weights are 0, and so is the answer.
        weights = masked_softmax(scores, asked_valid[:, None, None, :])
        answer = (weights @ value).transpose(1, 2).flatten(2)
        heard = asked_valid.amax(1)[:, None, None]
        x = self.norm(asking + self.dropout(self.output(answer) * heard))
        return self.feed_norm(x + self.dropout(self.feed(x)))

    def split(self, x: Tensor) -> Tensor:
        """[B, S, D] → [B, heads, S, D/heads]."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class GatedPooling(nn.Module):
    """Gated-attention pooling over slices (Ilse et al., 2018)."""

    def __init__(self, features: int) -> None:
        """Half the features are enough to say which slices matter."""
        super().__init__()
        self.content = nn.Linear(features, features // 2)
        self.gate = nn.Linear(features, features // 2)
        self.score = nn.Linear(features // 2, 1)

    def forward(self, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """x [B, S, D], valid [B, S] → pooled [B, D] and the weights [B, S]."""
        score = self.score(self.content(x).tanh() * self.gate(x).sigmoid()).squeeze(-1)
        weights = masked_softmax(score, valid)
        return (weights.unsqueeze(-1) * x).sum(1), weights


class Stager(nn.Module):
    """Embeds slices, lets the sequences ask each other, pools slices, weighs sequences, decides."""

    temperature: Tensor
    patterns: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        """The temperature is a constant that calibration sets after training."""
        super().__init__()
        d = config.token
        self.embed = nn.ModuleList(SliceEmbedding(d) for _ in SEQUENCES)
        self.ask_other = nn.ModuleList(CrossAttention(d, config.heads, config.dropout) for _ in SEQUENCES)
        self.pool = nn.ModuleList(GatedPooling(d) for _ in SEQUENCES)
        self.weigh = nn.Linear(d, 1)
        self.norm = nn.LayerNorm(d)
        self.dropout = nn.Dropout(config.dropout)
        self.ordinal = OrdinalHead(d, config.stages)
        self.categorical = nn.Linear(d, config.stages)
        self.register_buffer("temperature", torch.ones(()))
        self.register_buffer("patterns", torch.tensor(list(INPUTS.values())).float(), persistent=False)  # [P, 2]

    def decide(self, t1w: Tokens, t2w: Tokens) -> tuple[Tensor, ...]:
        """The fields of `Decisions` without their axis P, from all valid slices."""
        present = torch.stack((t1w.valid.amax(1), t2w.valid.amax(1)), 1)  # [B, 2]
        distance = (t1w.positions.unsqueeze(2) - t2w.positions.unsqueeze(1)).abs()  # [B, S1, S2]
        embedded1, embedded2 = self.embed[0](t1w), self.embed[1](t2w)
        heard1 = self.ask_other[0](embedded1, embedded2, distance, t2w.valid)
        heard2 = self.ask_other[1](embedded2, embedded1, distance.transpose(1, 2), t1w.valid)
        pooled1, slices1 = self.pool[0](heard1, t1w.valid)
        pooled2, slices2 = self.pool[1](heard2, t2w.valid)
        pooled = torch.stack((pooled1, pooled2), 1)  # [B, 2, D]
        sequences = masked_softmax(self.weigh(pooled).squeeze(-1), present)
        study = self.dropout(self.norm((sequences.unsqueeze(-1) * pooled).sum(1)))  # [B, D]
        cumulative_logits = self.ordinal(study)
        # The two heads vote by multiplying: the ordinal one knows the order, the categorical one the rest.
        logits = self.categorical(study) + stage_log_probabilities(cumulative_logits)
        return logits, cumulative_logits, present, slices1, slices2, sequences

    def decide_all(self, t1w: Tokens, t2w: Tokens) -> Decisions:
        """T1W alone, T2W alone and both, as three studies of one batch."""
        count = len(self.patterns)
        fields = self.decide(repeat(t1w, self.patterns[:, 0]), repeat(t2w, self.patterns[:, 1]))
        return Decisions(*(field.unflatten(0, (-1, count)) for field in fields))

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
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The exported graph → probabilities [B, P, K], and the attention of the decision from both."""
        t1w = Tokens(t1w_tokens, t1w_positions, t1w_valid)
        t2w = Tokens(t2w_tokens, t2w_positions, t2w_valid)
        decisions = self.decide_all(t1w, t2w)
        joint = (decisions.t1w_slice_attention, decisions.t2w_slice_attention, decisions.sequence_attention)
        return self.probabilities(decisions), *(attention[:, -1] for attention in joint)


def repeat(tokens: Tokens, allowed: Tensor) -> Tokens:
    """Every study once for each of P patterns, [B·P, …]; `allowed` [P] says which patterns see this sequence."""
    values, positions, valid = (part.unsqueeze(1).expand(-1, len(allowed), *part.shape[1:]) for part in tokens)
    return Tokens(values.flatten(0, 1), positions.flatten(0, 1), (valid * allowed.unsqueeze(1)).flatten(0, 1))
