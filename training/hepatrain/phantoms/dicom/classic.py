"""A series as classic MR images: one object per frame."""

from collections.abc import Iterator

import numpy as np
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import MRImageStorage

from hepatrain.phantoms.dicom.header import SeriesHead, item, localizer_reference, new_object
from hepatrain.phantoms.dicom.identity import Identity
from hepatrain.phantoms.dicom.numbers import decimal, decimals
from hepatrain.phantoms.dicom.planes import Frame
from hepatrain.phantoms.dicom.private import describe_privately
from hepatrain.phantoms.dicom.protocols import Protocol
from hepatrain.phantoms.dicom.series import Series
from hepatrain.phantoms.dicom.storage import storage_of
from hepatrain.phantoms.dicom.vendors import Vendor

AGENT = "Gadobutrol"

WITH_OVERLAY = ("localizer", "t1w")
"""Series whose first image has an overlay plane with a comment."""


def classic_objects(series: Series, head: SeriesHead, identity: Identity, vendor: Vendor) -> Iterator[FileDataset]:
    """The objects of a series, by instance number."""
    storage = storage_of(vendor.family, series.frames)
    slices = len({(frame.stack, frame.place) for frame in series.frames})
    for number, frame in enumerate(series.frames, start=1):
        dataset = new_object(identity, vendor, head, MRImageStorage, number)
        describe_scan(dataset, series.protocol, vendor, frame)
        dataset.ImageComments = identity.text("PHANTOM")
        dataset.ProtocolName = identity.text(series.protocol.description)
        dataset.AcquisitionNumber = frame.echo
        dataset.AcquisitionDate = dataset.ContentDate = identity.study_date
        dataset.AcquisitionTime = identity.time(head.seconds + frame.place / 4)
        dataset.ContentTime = identity.time(head.seconds + 60 + number / 8)
        if series.role != "localizer":
            dataset.ReferencedImageSequence = [localizer_reference(identity, MRImageStorage)]
        describe_place(dataset, frame, identity)
        storage.describe(dataset)
        if storage.has_rescale:
            storage.describe_rescale(dataset)
        dataset.WindowCenter, dataset.WindowWidth = decimal(200), decimal(400)
        describe_privately(dataset, vendor.family, identity, series.protocol, frame, storage, slices)
        if number == 1 and series.role in WITH_OVERLAY:
            draw_overlay(dataset, identity)
        dataset.Rows, dataset.Columns = frame.values.shape
        dataset.PixelData = storage.stored(frame.values).tobytes()
        dataset["PixelData"].VR = "OW"
        yield dataset


def describe_scan(dataset: Dataset, protocol: Protocol, vendor: Vendor, frame: Frame) -> None:
    """MR Image module but for pixels, and Contrast/Bolus."""
    dataset.ImageType = list(protocol.image_type)
    if frame.component != "M" and vendor.family != "ge":
        raise ValueError("Only GE's protocols keep real and imaginary images.")
    dataset.ScanningSequence = list(protocol.scanning_sequence)
    dataset.SequenceVariant = list(protocol.sequence_variant)
    dataset.ScanOptions = list(protocol.scan_options)
    dataset.MRAcquisitionType = protocol.dimensions
    if vendor.family == "siemens":
        b_value = "" if frame.b_value is None else f"{frame.b_value}t"
        dataset.SequenceName = protocol.sequence + b_value
    dataset.RepetitionTime = decimal(protocol.repetition_time)
    dataset.EchoTime = decimal(protocol.echo_times[frame.echo - 1])
    dataset.EchoNumbers = frame.echo
    dataset.EchoTrainLength = protocol.echo_train_length
    dataset.FlipAngle = decimal(protocol.flip_angle)
    dataset.NumberOfAverages = decimal(1)
    dataset.MagneticFieldStrength = decimal(vendor.field_tesla)
    dataset.ImagingFrequency = decimal(42.577 * vendor.field_tesla)
    dataset.ImagedNucleus = "1H"
    dataset.PixelBandwidth = decimal(protocol.bandwidth)
    dataset.InPlanePhaseEncodingDirection = "COL"
    dataset.PatientPosition = "HFS"
    if protocol.contrast_agent:
        dataset.ContrastBolusAgent = AGENT
        dataset.ContrastBolusRoute = "IV"
        dataset.ContrastBolusVolume = decimal(7.5)
    if frame.b_value is not None and vendor.family != "siemens":
        dataset.DiffusionBValue = float(frame.b_value)


def describe_place(dataset: Dataset, frame: Frame, identity: Identity) -> None:
    """Frame of Reference and Image Plane modules."""
    dataset.FrameOfReferenceUID = identity.uid("frame of reference")
    dataset.PositionReferenceIndicator = ""
    dataset.ImagePositionPatient = decimals(frame.position)
    dataset.ImageOrientationPatient = decimals((*frame.row, *frame.column))
    dataset.PixelSpacing = decimals(frame.spacing)
    dataset.SliceThickness = decimal(frame.slice_spacing)
    dataset.SpacingBetweenSlices = decimal(frame.slice_spacing)
    dataset.SliceLocation = decimal(frame.position @ np.cross(frame.row, frame.column))


def draw_overlay(dataset: Dataset, identity: Identity) -> None:
    """An overlay plane with a blank picture and two texts."""
    overlay = item()
    overlay.add_new(0x60000010, "US", 16)
    overlay.add_new(0x60000011, "US", 16)
    overlay.add_new(0x60000022, "LO", identity.text("DRAWN BY"))
    overlay.add_new(0x60000040, "CS", "G")
    overlay.add_new(0x60000050, "SS", [1, 1])
    overlay.add_new(0x60000100, "US", 1)
    overlay.add_new(0x60000102, "US", 0)
    overlay.add_new(0x60001500, "LO", identity.text("LABEL"))
    overlay.add_new(0x60003000, "OW", bytes(32))
    overlay.add_new(0x60004000, "LT", identity.text("OVERLAY COMMENT"))
    dataset.update(overlay)
