from dataclasses import replace

import numpy as np
import pytest
import torch

from hepatrain.config import TrainingConfig
from hepatrain.data.augment import augment, ghosts

STILL = replace(
    TrainingConfig(), rotation_deg=0, magnification=0, shift=0, gamma=0, bias=0, noise=0, ghosting=0, seed=1
)


def disc(side: int = 64) -> torch.Tensor:
    """A bright disc left of the middle, on a dark slope; three slices alike."""
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    image = ((y - side / 2) ** 2 + (x - side / 4) ** 2 < (side / 8) ** 2).float() + 0.001 * y
    return ((image - image.mean()) / image.std()).expand(3, 3, side, side).clone()


def of(config: TrainingConfig, seed: int = 0, scale: float = 1.0) -> torch.Tensor:
    return augment(disc(), config, np.random.default_rng(seed), scale)


def test_deviations_of_zero_change_nothing():
    torch.testing.assert_close(of(STILL), disc(), atol=1e-4, rtol=1e-4)
    assert torch.equal(of(TrainingConfig(augment=False)), disc())


@pytest.mark.parametrize("key", ("rotation_deg", "magnification", "shift", "gamma", "bias", "noise", "ghosting"))
def test_each_augmentation_alone_changes_slices_and_keeps_mean_and_deviation(key):
    config = replace(STILL, **{key: getattr(TrainingConfig(), key)})
    changed = of(config, seed=3)  # a seed with ghosts
    assert float((changed - disc()).abs().max()) > 0.02
    if key in ("gamma", "bias", "noise", "ghosting"):
        torch.testing.assert_close(changed.mean(), disc().mean(), atol=1e-3, rtol=0)
        torch.testing.assert_close(changed.std(), disc().std(), atol=1e-3, rtol=0)


def test_the_same_generator_gives_the_same_slices_and_sizes_follow_the_scale():
    assert torch.equal(of(TrainingConfig(), seed=5), of(TrainingConfig(), seed=5))
    assert not torch.equal(of(TrainingConfig(), seed=5), of(TrainingConfig(), seed=6))
    assert of(TrainingConfig(), scale=0.5).shape == (3, 3, 32, 32)
    assert of(TrainingConfig(augment=False), scale=0.5).shape == (3, 3, 32, 32)


def test_nothing_is_ever_flipped():
    for seed in range(20):
        assert float(of(TrainingConfig(), seed)[..., :32].mean()) > float(of(TrainingConfig(), seed)[..., 32:].mean())


def test_ghosts_are_copies_along_the_phase_direction_at_a_share_of_the_field():
    line = torch.zeros(1, 3, 60, 60)
    line[..., 30, :] = 1
    distances = set()
    for seed in range(12):
        ghosted = ghosts(line, TrainingConfig(), np.random.default_rng(seed))
        rows = ghosted[0, 0, :, 0].nonzero().flatten().tolist()
        distances.add(30 - rows[0])
        assert rows == sorted({30, 30 - distances_of(rows), (30 + distances_of(rows)) % 60})
        assert float(ghosted[0, 0, rows[0]].max()) < 0.5
    assert distances == {15, 20, 30}


def distances_of(rows: list[int]) -> int:
    return 30 - rows[0]
