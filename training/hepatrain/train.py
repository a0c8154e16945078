"""`python -m hepatrain.train`: prepared studies in; a calibrated checkpoint, curves and a state to resume from out."""

import argparse
import copy
import math
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR
from tqdm import tqdm

from hepatrain.calibrate import set_temperature
from hepatrain.checkpoint import Checkpoint
from hepatrain.config import NetworkConfig, TrainingConfig, read_config
from hepatrain.data.batches import Batch, training_batches
from hepatrain.data.folds import FOLDS, with_fold
from hepatrain.data.seen import Seen
from hepatrain.data.shrink import shrunk
from hepatrain.data.studies import (
    HEALTHY,
    Study,
    digest_of,
    of_sequences,
    of_split,
    read_preprocessing,
    read_studies,
)
from hepatrain.fit_distribution import fit_distribution
from hepatrain.losses import stage_weights, training_loss
from hepatrain.metrics import measure
from hepatrain.network.model import Outcome, StagingNetwork
from hepatrain.predict import predict
from hepatrain.revision import revision_of
from hepatrain.run_folder import RunFolder
from hepatrain.vocabulary import INPUTS, SEQUENCES, STAGES, VARIANTS


def train(
    studies: list[Study],
    network_config: NetworkConfig,
    config: TrainingConfig,
    run: Path | None = None,
    *,
    resume: bool = False,
    device: str = "cpu",
    quiet: bool = False,
) -> StagingNetwork:
    """The network of the epoch with the least patient-level validation loss, calibrated on the validation studies.

    It is given back on the CPU, in eval mode. With a run folder every epoch leaves its state and figures there, and
    `resume` goes on after the last one; on a CPU the weights are those of a run that was never interrupted. Without
    `resume` what an earlier run left in the folder is removed. ValueError if the training diverges.
    """
    training, validation = chosen_studies(studies, config)
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    on = device_of(device)
    folder = RunFolder(run) if run else None

    # Channels last: a quarter faster on a CPU, and what tensor cores want.
    network = new_network(network_config, config).to(on, memory_format=torch.channels_last)
    weights = stage_weights(torch.tensor([study.stage for study in training]), network_config.stages).to(on)
    optimizer = AdamW(network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    epochs = config.coarse_epochs + config.epochs
    steps = len(training_batches(training, config, epoch=1))
    schedule = LambdaLR(optimizer, rate_at(config, epochs * steps))
    half, scaler = mixed_precision(on, config)

    first, rows = 1, []
    best = {"loss": math.inf, "epoch": config.coarse_epochs, "weights": {}}
    settings = {"network": asdict(network_config), "training": asdict(config)}
    settings["studies"] = digest_of([*training, *validation])
    if folder and not resume:
        folder.clear()
    elif folder:
        state = folder.load()
        for key, word in (
            ("network", "another configuration"),
            ("training", "another configuration"),
            ("studies", "other studies or another fold"),
        ):
            if state["settings"].get(key) != settings[key]:
                raise ValueError(f"{folder.folder} was begun with {word}: resume with what it began with.")
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        scaler.load_state_dict(state["scaler"])
        first, rows, best = state["epoch"] + 1, state["rows"], state["best"]

    for epoch in range(first, epochs + 1):
        if epoch - 1 - best["epoch"] >= config.patience:
            break
        began, slices, losses = time.monotonic(), 0, []
        # All of an epoch's randomness comes from its number, so that there is no generator to save.
        torch.manual_seed(config.seed * 1_000_003 + epoch)
        coarse = epoch <= config.coarse_epochs
        batches = training_batches(training, config, epoch, config.coarse_scale if coarse else 1.0)
        network.train()
        for batch in tqdm(batches, f"epoch {epoch}/{epochs}", leave=False, disable=True if quiet else None):
            slices += int(sum(part.valid.sum() for part in batch.slices.values()))
            batch = batch.to(on)
            outcome = outcome_of(network, batch, half)
            loss = training_loss(outcome, batch.slices, batch.stages, weights, config)
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(network.parameters(), config.gradient_norm_max)
            scaler.step(optimizer)
            scaler.update()
            schedule.step()
            losses.append(loss.detach())
        seconds = time.monotonic() - began
        row = {"epoch": epoch, "training loss": float(torch.stack(losses).mean())}
        refuse_divergence(network, epoch)
        row |= {"steps per s": steps / seconds, "slices per s": slices / seconds}

        if not coarse:
            figures = validate(network, validation)
            loss_now = float(np.mean([of_input["log_loss"] for of_input in figures.values()]))
            refuse_divergence(network, epoch, loss_now)
            row["validation log_loss"] = loss_now
            row |= {f"accuracy {name}": of_input["accuracy"] for name, of_input in figures.items()}
            if loss_now < best["loss"]:
                best = {"loss": loss_now, "epoch": epoch, "weights": copy.deepcopy(network.state_dict())}
        rows.append(row)
        if not quiet:
            said = ", ".join(f"{name} {value:.3f}" for name, value in row.items() if name != "epoch")
            print(f"epoch {epoch}/{epochs}: {said}, {time.monotonic() - began:.0f} s", flush=True)
        if folder:
            folder.write_metrics(rows)
            parts = {"network": network, "optimizer": optimizer, "schedule": schedule, "scaler": scaler}
            state = {name: part.state_dict() for name, part in parts.items()}
            folder.save({**state, "settings": settings, "epoch": epoch, "rows": rows, "best": best})

    if folder:
        folder.close()
    network.load_state_dict(best["weights"])
    network.to("cpu", memory_format=torch.contiguous_format).eval()
    predictions = predict(network, [(validation, variant) for variant in VARIANTS])
    temperature = set_temperature(network.stager.temperature, predictions)
    if not quiet:
        print(f"kept epoch {best['epoch']}, validation log loss {best['loss']:.3f}, temperature {temperature:.3f}")
        print(f"{on.type}: {speed(rows, 'steps per s'):.1f} steps/s, {speed(rows, 'slices per s'):.0f} slices/s")
    return network


def outcome_of(network: StagingNetwork, batch: Batch, half: torch.dtype | None) -> Outcome:
    """The network's, where mixed precision (`half`) ends with the encoders: studies are decided in 32 bits."""
    with torch.autocast(batch.stages.device.type, half, enabled=half is not None):
        encoded = [network.encode(sequence, batch.slices[sequence]) for sequence in SEQUENCES]
    (t1w, _), (t2w, _) = encoded
    evidence = dict(zip(SEQUENCES, (logits for _, logits in encoded), strict=True))
    return Outcome(network.stager.decide_all(t1w, t2w), evidence)


def refuse_divergence(network: StagingNetwork, epoch: int, loss: float = 0.0) -> None:
    """ValueError if a weight or the validation loss is no number any more: such a network never comes back."""
    if not math.isfinite(loss) or not all(torch.isfinite(value).all() for value in network.state_dict().values()):
        raise ValueError(
            f"The training diverged in epoch {epoch}: its weights or validation loss are infinite or no numbers. "
            "Use a lower learning_rate or gradient_norm_max, and look for broken tensors."
        )


def chosen_studies(studies: list[Study], config: TrainingConfig) -> tuple[list[Study], list[Study]]:
    """Training and validation studies with the sequences of the configuration. ValueError if they cannot be used."""
    used = of_sequences(studies, config.sequences)
    training, validation = of_split(used, "train"), of_split(used, "valid")
    if not validation or len({study.patient for study in training}) < config.studies_per_step:
        raise ValueError(
            f"{len(training)} training and {len(validation)} validation studies have {config.sequences}: "
            f"expected at least {config.studies_per_step} patients to train on (studies_per_step), and 1 to validate."
        )
    unseen = set(range(len(STAGES))) - {study.stage for study in training}
    if unseen:
        names = ", ".join(STAGES[stage] for stage in sorted(unseen))
        raise ValueError(f"No training study with {config.sequences} is {names}: every stage needs some to be learnt.")
    for study in (*training, *validation):
        if study.stage == HEALTHY:
            raise ValueError(f"{study.name} is healthy: there is no stage to learn from it.")
        for volume in study.volumes.values():
            if volume.scale != config.scale:
                raise ValueError(
                    f"{study.name} is at scale {volume.scale}, the configuration says {config.scale}: "
                    "pass shrunk(studies, config.scale) of hepatrain.data.shrink."
                )
    return training, validation


def new_network(network_config: NetworkConfig, config: TrainingConfig) -> StagingNetwork:
    """With random weights, or with published ones in both backbones."""
    network = StagingNetwork(network_config)
    if config.pretrained:
        for encoder in network.encoders.values():
            encoder.backbone.load_pretrained(Path(config.pretrained))
    return network


def device_of(name: str) -> torch.device:
    """`auto`: a GPU if there is one. ValueError for `cuda` where there is none: never a silent CPU."""
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise ValueError("--device cuda: PyTorch sees no GPU. Use --device cpu, or install a PyTorch for your GPU.")
    return torch.device(("cuda" if there else "cpu") if name == "auto" else name)


def mixed_precision(on: torch.device, config: TrainingConfig) -> tuple[torch.dtype | None, torch.amp.GradScaler]:
    """On a GPU, bfloat16 where it has it, else float16 with scaled gradients; on a CPU nothing."""
    half = None
    if config.amp and on.type == "cuda":
        half = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return half, torch.amp.GradScaler(on.type, enabled=half == torch.float16)


def rate_at(config: TrainingConfig, steps: int) -> Callable[[int], float]:
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


def speed(rows: list[dict[str, float]], name: str) -> float:
    """Harmonic mean over the epochs, which all have the same number of steps; NaN without any."""
    return len(rows) / sum(1 / row[name] for row in rows) if rows else math.nan


def main() -> None:
    """Train on a prepared folder."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.train", description=__doc__)
    parser.add_argument("--prepared", type=Path, required=True, help="folder that `hepastage prepare` wrote")
    parser.add_argument("--config", type=Path, required=True, help="one of training/configs, or your own")
    parser.add_argument("--run", type=Path, required=True, help="folder for checkpoint, state and curves")
    parser.add_argument("--fold", type=int, choices=range(FOLDS), help="of the cohort's folds, the one to test")
    parser.add_argument("--trained-on", default="", help="what the studies are, in words: the manifest says it")
    parser.add_argument("--seed", type=int, help="instead of the configuration's")
    parser.add_argument("--resume", action="store_true", help="go on after the last epoch of the run folder")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    options = parser.parse_args()
    network_config, config = read_config(options.config)
    if options.seed is not None:
        config = replace(config, seed=options.seed)
    studies = read_studies(options.prepared)
    if options.fold is not None:
        studies = with_fold(studies, options.fold)
    studies = shrunk(of_sequences(studies, config.sequences), config.scale)
    network = train(studies, network_config, config, options.run, resume=options.resume, device=options.device)
    known, stopping = of_split(studies, "train"), of_split(studies, "valid")
    fit_distribution(network, known)
    trained_on = options.trained_on or f"{len(known)} studies of {options.prepared.resolve().name}"
    preprocessing, revision = read_preprocessing(options.prepared), revision_of(Path(__file__).parent)
    checkpoint = Checkpoint(network, config, preprocessing, trained_on, revision, Seen.of(known, stopping))
    checkpoint.save(options.run / "checkpoint.pt")


if __name__ == "__main__":
    main()
