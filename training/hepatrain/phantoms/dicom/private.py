"""Private attributes that scanners write into MR images; the names, dates and serial numbers in them included."""

import struct

import numpy as np
from pydicom.dataset import Dataset

from hepatrain.phantoms.dicom.header import item
from hepatrain.phantoms.dicom.identity import Identity
from hepatrain.phantoms.dicom.planes import Frame
from hepatrain.phantoms.dicom.protocols import Protocol
from hepatrain.phantoms.dicom.storage import Storage

GE_RAW_DATA_TYPE = {"M": 0, "P": 1, "R": 2, "I": 3}

PHILIPS_SCALE_SLOPE = 0.015625
"""Private factor from stored values to what was measured; it does not change the values themselves."""

PHILIPS_VIEWS = ("SAGITTAL", "CORONAL", "TRANSVERSAL")


def describe_privately(
    dataset: Dataset, family: str, identity: Identity, protocol: Protocol, frame: Frame, storage: Storage, slices: int
) -> None:
    """Add what the vendor keeps in private blocks of a classic image."""
    if family == "siemens":
        siemens(dataset, identity, frame)
    elif family == "ge":
        ge(dataset, identity, protocol, frame, slices)
    else:
        philips(dataset, identity, protocol, frame, storage, slices)


def siemens(dataset: Dataset, identity: Identity, frame: Frame) -> None:
    """MR header and CSA headers; the latter repeat patient and place in their own format."""
    block = dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x08, "CS", "IMAGE NUM 4")
    if frame.b_value is not None:
        block.add_new(0x0C, "IS", frame.b_value)
        block.add_new(0x0D, "CS", "DIRECTIONAL" if frame.b_value else "NONE")
    normal = [f"{number:.8f}" for number in _normal(frame)]
    block = dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    block.add_new(0x08, "CS", "IMAGE NUM 4")
    block.add_new(0x09, "LO", identity.study_date)
    block.add_new(0x10, "OB", csa_header({"SliceNormalVector": ("FD", normal), "UsedChannelString": ("UT", ["X"])}))
    block.add_new(0x18, "CS", "MR")
    block.add_new(0x19, "LO", identity.study_date)
    patient = {"tPatientName": ("UT", [identity.patient_name]), "Device": ("UT", [identity.code("SN")])}
    block.add_new(0x20, "OB", csa_header(patient))
    block = dataset.private_block(0x0051, "SIEMENS MR HEADER", create=True)
    block.add_new(0x08, "CS", "IMAGE NUM 4")
    block.add_new(0x13, "SH", "+LPH")


def ge(dataset: Dataset, identity: Identity, protocol: Protocol, frame: Frame, slices: int) -> None:
    """Signa's blocks: what is magnitude, real or imaginary is told here only."""
    block = dataset.private_block(0x0009, "GEMS_IDEN_01", create=True)
    block.add_new(0x01, "LO", "GE_GENESIS_FF")
    block.add_new(0x02, "SH", identity.code("SUITE"))
    block.add_new(0x04, "SH", "SIGNA")
    block.add_new(0xE3, "UI", identity.uid("equipment"))
    block = dataset.private_block(0x0019, "GEMS_ACQU_01", create=True)
    block.add_new(0x9C, "LO", protocol.sequence)
    block.add_new(0x9E, "LO", protocol.sequence.upper())
    block = dataset.private_block(0x0021, "GEMS_RELA_01", create=True)
    block.add_new(0x4F, "SS", slices)
    block = dataset.private_block(0x0025, "GEMS_SERS_01", create=True)
    block.add_new(0x07, "SL", slices)
    block.add_new(0x1B, "OB", padded(f"set PATIENT {identity.patient_name}".encode()))
    block = dataset.private_block(0x0043, "GEMS_PARM_01", create=True)
    block.add_new(0x2F, "SS", GE_RAW_DATA_TYPE[frame.component])
    if frame.b_value is not None:
        block.add_new(0x39, "IS", [1_000_000_000 + frame.b_value, 8, 0, 0])


def philips(
    dataset: Dataset, identity: Identity, protocol: Protocol, frame: Frame, storage: Storage, slices: int
) -> None:
    """Imaging DD blocks, with the scale slope and a nested sequence that names the patient again."""
    block = dataset.private_block(0x2001, "Philips Imaging DD 001", create=True)
    if frame.b_value is not None:
        block.add_new(0x03, "FL", float(frame.b_value))
    block.add_new(0x0A, "IS", frame.place)
    block.add_new(0x0B, "CS", PHILIPS_VIEWS[int(abs(_normal(frame)).argmax())])
    block.add_new(0x18, "SL", slices)
    block.add_new(0x20, "LO", protocol.sequence)
    block.add_new(0x63, "CS", "ELSEWHERE")
    block = dataset.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
    block.add_new(0x0D, "FL", -storage.intercept / storage.slope)
    block.add_new(0x0E, "FL", PHILIPS_SCALE_SLOPE)
    block.add_new(0x11, "CS", frame.component)
    philips_nested(dataset, identity)


def philips_nested(dataset: Dataset, identity: Identity) -> None:
    """The private sequence that names the patient again; its block is not the first, as on Philips' scanners."""
    nested = item(PatientName=identity.patient_name, StudyDate=identity.study_date)
    nested.private_block(0x2005, "Philips MR Imaging DD 001", create=True).add_new(0x70, "LO", identity.text("SCAN"))
    dataset.add_new(0x20050014, "LO", "Philips MR Imaging DD 005")
    dataset.private_block(0x2005, "Philips MR Imaging DD 005").add_new(0x0F, "SQ", [nested])


def csa_header(tags: dict[str, tuple[str, list[str]]]) -> bytes:
    """Siemens' own format `SV10`: values by name, each with its VR."""
    header = b"SV10" + bytes((4, 3, 2, 1)) + struct.pack("<II", len(tags), 77)
    for name, (vr, values) in tags.items():
        # Real headers have at least six items per tag, the unused ones empty.
        items = [value.encode() + b"\0" for value in values] + [b""] * (6 - len(values))
        header += struct.pack("<64sI4sIII", name.encode(), len(values), vr.encode(), 0, len(items), 77)
        for value in items:
            header += struct.pack("<IIII", len(value), len(value), 77, len(value)) + value + bytes(-len(value) % 4)
    return padded(header)


def padded(data: bytes) -> bytes:
    """With an even length."""
    return data + bytes(len(data) % 2)


def _normal(frame: Frame) -> np.ndarray:
    return np.cross(frame.row, frame.column)
