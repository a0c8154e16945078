"""What the stager is given."""

from typing import NamedTuple

from torch import Tensor


class Tokens(NamedTuple):
    """One sequence of B studies, S slices each. An absent sequence is one invalid slice of zeros."""

    values: Tensor
    """[B, S, D]."""
    positions: Tensor
    """[B, S]: 0 inferior to 1 superior."""
    valid: Tensor
    """[B, S]: 1 a slice, 0 padding."""


def repeat(tokens: Tokens, allowed: Tensor) -> Tokens:
    """Every study once for each of P patterns, [B·P, …]; `allowed` [P] says which patterns see this sequence."""
    values, positions, valid = (part.unsqueeze(1).expand(-1, len(allowed), *part.shape[1:]) for part in tokens)
    return Tokens(values.flatten(0, 1), positions.flatten(0, 1), (valid * allowed.unsqueeze(1)).flatten(0, 1))
