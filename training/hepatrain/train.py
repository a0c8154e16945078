"""`python -m hepatrain.train`: prepared studies in, a calibrated checkpoint out."""

import argparse
import copy
import math
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from hepatrain.calibrate import set_temperature
from hepatrain.checkpoint import Checkpoint
from hepatrain.config import NetworkConfig, TrainingConfig
from hepatrain.data.batches import Batch, training_batches
from hepatrain.data.studies import Study, of_split, read_preprocessing, read_studies
from hepatrain.losses import stage_weights, training_loss
from hepatrain.metrics import measure
from hepatrain.network.model import StagingNetwork
from hepatrain.predict import predict
from hepatrain.revision import revision_of
from hepatrain.vocabulary import INPUTS, VARIANTS


def rate_at(config: TrainingConfig, steps: int):
    """Learning rate as a share of its peak: linear warm-up, then a cosine to 0."""
    warmup = max(1, int(config.warmup * steps))

    def rate(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))

    return rate


def take_turns(studies: list[Study]) -> dict[str, list[Study]]:
    """Studies by variant: every other one with its liver masks, if it has any. Half the cost of both of all."""
    sets: dict[str, list[Study]] = {variant: [] for variant in VARIANTS}
    for row, study in enumerate(studies):
        turn, other = VARIANTS[row % 2], VARIANTS[1 - row % 2]
        sets[turn if study.has(turn) else other].append(study)
    return sets


def validate(network: StagingNetwork, studies: list[Study]) -> dict[str, dict[str, float]]:
    """Figures by input, of the studies that have it; without the inputs that no study has."""
    predictions = predict(network, [(members, variant) for variant, members in take_turns(studies).items()])
    figures = {}
    for row, name in enumerate(INPUTS):
        logits, stages = predictions.of_input(row)
        if len(stages) > 0:
            figures[name] = measure(stages.numpy(), logits.softmax(-1).numpy())
    return figures


def train_epoch(
    network: StagingNetwork,
    batches: Iterable[Batch],
    optimizer: AdamW,
    schedule: LambdaLR,
    weights: Tensor,
    config: TrainingConfig,
) -> float:
    """One pass over the batches; the mean loss."""
    network.train()
    losses = []
    for batch in batches:
        loss = training_loss(network(batch.slices), batch.slices, batch.stages, weights, config)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), config.gradient_norm_max)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return float(np.mean(losses))


def train(studies: list[Study], network_config: NetworkConfig, config: TrainingConfig) -> StagingNetwork:
    """The network of the epoch with the least patient-level validation loss, calibrated on the validation studies."""
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    rng = np.random.default_rng(config.seed)
    training, validation = of_split(studies, "train"), of_split(studies, "valid")
    weights = stage_weights(torch.tensor([study.stage for study in training]), network_config.stages)

    network = StagingNetwork(network_config)
    optimizer = AdamW(network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    epochs = config.coarse_epochs + config.epochs
    schedule = LambdaLR(optimizer, rate_at(config, epochs * (len(training) // config.studies_per_step)))

    best_loss, best_epoch, best_weights = math.inf, config.coarse_epochs, network.state_dict()
    for epoch in range(1, epochs + 1):
        began = time.monotonic()
        coarse = epoch <= config.coarse_epochs
        batches = training_batches(training, config, rng, config.coarse_scale if coarse else 1.0)
        loss = train_epoch(network, batches, optimizer, schedule, weights, config)
        said = f"epoch {epoch}/{epochs}: training loss {loss:.3f}"
        if not coarse:
            figures = validate(network, validation)
            validation_loss = float(np.mean([of_input["log_loss"] for of_input in figures.values()]))
            accuracies = " ".join(f"{name} {of_input['accuracy']:.3f}" for name, of_input in figures.items())
            said += f", validation log loss {validation_loss:.3f}, accuracy {accuracies}"
            if validation_loss < best_loss:
                best_loss, best_epoch, best_weights = validation_loss, epoch, copy.deepcopy(network.state_dict())
        print(f"{said}, {time.monotonic() - began:.0f} s", flush=True)
        if not coarse and epoch - best_epoch >= config.patience:
            break

    network.load_state_dict(best_weights)
    predictions = predict(network, [(validation, variant) for variant in VARIANTS])
    temperature = set_temperature(network.stager.temperature, predictions)
    print(f"kept epoch {best_epoch}, validation log loss {best_loss:.3f}, temperature {temperature:.3f}", flush=True)
    return network


def main() -> None:
    """Train on a prepared folder."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.train", description=__doc__)
    parser.add_argument("--prepared", type=Path, required=True, help="folder that `hepastage prepare` wrote")
    parser.add_argument("--trained-on", required=True, help="what the studies are, in words: the manifest says it")
    parser.add_argument("--checkpoint", type=Path, required=True, help="file to write")
    parser.add_argument("--epochs", type=int, default=TrainingConfig.epochs)
    parser.add_argument("--seed", type=int, default=TrainingConfig.seed)
    options = parser.parse_args()
    config = TrainingConfig(epochs=options.epochs, seed=options.seed)
    network = train(read_studies(options.prepared), NetworkConfig(), config)
    preprocessing, revision = read_preprocessing(options.prepared), revision_of(Path(__file__).parent)
    Checkpoint(network, config, preprocessing, options.trained_on, revision).save(options.checkpoint)


if __name__ == "__main__":
    main()
