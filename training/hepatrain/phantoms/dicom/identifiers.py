"""The list of all identifying values that were written, for tests that look for them in what comes out elsewhere."""

from collections.abc import Iterable

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence

from hepatrain.phantoms.dicom.identity import Identity

IDENTIFYING_VRS = ("PN", "DA", "TM", "DT")

STANDARD_UIDS = "1.2.840.10008."


def identifiers_of(objects: Iterable[Dataset], identity: Identity) -> dict[str, list[str]]:
    """Every text that names patient, people, place or device, every date and time, and every UID of the study, by the
    attribute's keyword or tag. All are rare enough that finding one means that it came from there."""
    found: dict[str, set[str]] = {"Token": {identity.token}}
    for dataset in objects:
        for part in (dataset.file_meta, dataset) if hasattr(dataset, "file_meta") else (dataset,):
            for element in part.iterall():
                for value in texts_of(element.value):
                    if is_identifying(element.VR, value, identity):
                        found.setdefault(element.keyword or str(element.tag), set()).add(value)
    return {name: sorted(values) for name, values in sorted(found.items())}


def texts_of(value: object) -> list[str]:
    """The texts of an element's value, if it has any: items of sequences are elements of their own."""
    if value is None or isinstance(value, bytes | Sequence):
        return []
    return [str(text) for text in (value if isinstance(value, MultiValue) else [value])]


def is_identifying(vr: str, value: str, identity: Identity) -> bool:
    """Whether a value of a written element tells anything of anybody."""
    if identity.token in value:
        return True
    if vr == "UI":
        return not value.startswith(STANDARD_UIDS) and value.startswith("2.25.")
    return vr in IDENTIFYING_VRS and value != ""
