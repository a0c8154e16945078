"""Which patients a network has seen: a checkpoint and a package carry it, so that no figure is of them by mistake."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from hepatrain.data.studies import Study


@dataclass(frozen=True)
class Seen:
    """Patients as salted hashes: short names could be guessed from plain ones.

    Whoever knows a patient's name can still ask whether it is among them, which is what this is for. It is no secret.
    """

    salt: str
    """Random, of this network alone."""
    training: tuple[str, ...]
    """Trained on: 16 hexadecimal digits for each patient, sorted."""
    stopping: tuple[str, ...]
    """Not trained on, but the training was stopped by them: they may calibrate, not measure."""

    @staticmethod
    def of(training: Iterable[Study], stopping: Iterable[Study]) -> "Seen":
        """With a new salt."""
        salt = secrets.token_hex(16)
        hashes = ({hash_of(salt, study.patient) for study in studies} for studies in (training, stopping))
        return Seen(salt, *(tuple(sorted(found)) for found in hashes))

    @staticmethod
    def from_plain(stored: dict) -> "Seen":
        """What `asdict` made of it."""
        return Seen(stored["salt"], tuple(stored["training"]), tuple(stored["stopping"]))

    def split_of(self, study: Study) -> str:
        """What a study was to the network: train, valid, or test if its patient was neither."""
        patient = hash_of(self.salt, study.patient)
        return "train" if patient in self.training else "valid" if patient in self.stopping else "test"

    def split(self, studies: Iterable[Study]) -> list[Study]:
        """The same studies in the splits that the network knows them by, whatever the index says."""
        return [replace(study, split=self.split_of(study)) for study in studies]

    def refuse(self, studies: Iterable[Study]) -> None:
        """ValueError if any of these studies, which are to measure the network, is of a patient that it has seen."""
        studies = list(studies)
        known = [study for study in studies if self.split_of(study) != "test"]
        if known:
            raise ValueError(
                f"{len(known)} of {len(studies)} test studies, such as {known[0].name}, are of patients that the "
                "network was trained or stopped on: figures of them would mean nothing. Cross-validate with --hold-out "
                "or give a cohort that it never saw; where patients of two cohorts only share names, rename them."
            )

    def write(self, path: Path) -> None:
        """As JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @staticmethod
    def read(path: Path) -> "Seen":
        """What `write` wrote. FileNotFoundError if a package is from before it was kept."""
        if not path.exists():
            raise FileNotFoundError(
                f"{path.parent.name} has no {path.name}, which says whom its network has seen: pack it again."
            )
        return Seen.from_plain(json.loads(path.read_text()))


def hash_of(salt: str, patient: str) -> str:
    """16 hexadecimal digits: of a million patients two share them in one of 37 million cohorts."""
    return hashlib.sha256(f"{salt}\n{patient}".encode()).hexdigest()[:16]
