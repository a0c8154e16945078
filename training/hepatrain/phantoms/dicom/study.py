"""A phantom study as it leaves a PACS: all of its objects as files whose names mean nothing."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import FileDataset

from hepatrain.phantoms.dicom.around import directory, note, presentation_state, screen_save, text_report
from hepatrain.phantoms.dicom.classic import classic_objects
from hepatrain.phantoms.dicom.enhanced import enhanced_objects
from hepatrain.phantoms.dicom.header import SeriesHead
from hepatrain.phantoms.dicom.identifiers import identifiers_of
from hepatrain.phantoms.dicom.identity import Identity, sample_identity
from hepatrain.phantoms.dicom.series import ROLES, series_of
from hepatrain.phantoms.dicom.transfer_syntax import encoded
from hepatrain.phantoms.dicom.vendors import VENDORS, Vendor
from hepatrain.phantoms.study import Study

SECONDS_PER_SERIES = 180

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can tell: its bytes depend on nothing but its content."""


@dataclass(frozen=True)
class Stored:
    """An object of a study."""

    role: str
    dataset: FileDataset


def write_dicom_study(
    study: Study,
    folder: Path,
    vendor: str,
    rng: np.random.Generator,
    transfer_syntax: str = "explicit",
    zipped: bool = False,
) -> None:
    """Write into a folder:

    - `study/`: the files of the study, in folders and under names of no meaning;
    - `study.zip`, if asked for: the same as one file;
    - `series.json`: which series is what, and in which files it lies;
    - `identifiers.json`: every identifying value that occurs in the study.
    """
    identity = sample_identity(rng)
    stored = list(objects_of(study, identity, VENDORS[vendor], rng))
    stray = directory(identity)
    # Before encoding, which changes pixels only.
    identifiers = identifiers_of([stray, *(each.dataset for each in stored)], identity)
    files = {"DICOMDIR": encoded(stray, "explicit"), f"README_{identity.token}.TXT": note(identity).encode()}
    series: dict[str, dict] = {}
    for each, name in zip(stored, random_names(len(stored), rng), strict=True):
        files[name] = encoded(each.dataset, transfer_syntax)
        row = series.setdefault(
            each.dataset.SeriesInstanceUID,
            {
                "role": each.role,
                "seriesInstanceUid": each.dataset.SeriesInstanceUID,
                "seriesNumber": int(each.dataset.SeriesNumber),
                "modality": each.dataset.Modality,
                "files": [],
            },
        )
        row["files"].append(name)

    folder.mkdir(parents=True, exist_ok=True)
    # In the order of their names: by instance number would be a hint.
    for name in sorted(files):
        path = folder / "study" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])
    if zipped:
        write_zip(folder / "study.zip", files)
    write_json(folder / "identifiers.json", identifiers)
    contents = {
        "vendor": vendor,
        "transferSyntax": transfer_syntax,
        "studyInstanceUid": identity.uid("study"),
        "series": list(series.values()),
    }
    write_json(folder / "series.json", contents)


def objects_of(study: Study, identity: Identity, vendor: Vendor, rng: np.random.Generator) -> Iterator[Stored]:
    """All DICOM objects, series by series."""
    written = enhanced_objects if vendor.enhanced else classic_objects
    for index, series in enumerate(series_of(study, vendor, rng)):
        seconds = 60 + SECONDS_PER_SERIES * index
        head = SeriesHead(series.role, series.number, "MR", series.protocol.description, seconds)
        for dataset in written(series, head, identity, vendor):
            if series.role == "t1w":
                shown = dataset
            yield Stored(series.role, dataset)
    first, step = vendor.series_numbers
    number = first + step * len(ROLES)
    yield Stored("screen_save", screen_save(identity, vendor, number))
    if vendor.family == "philips":
        yield Stored("presentation_state", presentation_state(identity, vendor, number + step, shown))
    else:
        yield Stored("report", text_report(identity, vendor, number + step))


def random_names(count: int, rng: np.random.Generator) -> list[str]:
    """Paths such as `3F9A01C2/B7/IM00012`: a few folders, into which all series are mixed."""
    folders = [f"{rng.integers(1 << 32):08X}/{rng.integers(256):02X}" for _ in range(4)]
    return [f"{folders[rng.integers(4)]}/IM{number:05d}" for number in rng.permutation(count)]


def write_zip(path: Path, files: dict[str, bytes]) -> None:
    """A deflated zip of the files, in the order of their names."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), files[name], zipfile.ZIP_DEFLATED)


def write_json(path: Path, content: object) -> None:
    """Write JSON for people and programs."""
    path.write_text(json.dumps(content, indent=2) + "\n")
