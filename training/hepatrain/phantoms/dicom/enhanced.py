"""A series as one enhanced MR object: its frames in functional groups."""

from collections.abc import Callable, Iterator

import numpy as np
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import EnhancedMRImageStorage

from hepatrain.phantoms.dicom.classic import AGENT
from hepatrain.phantoms.dicom.functional_groups import frame_groups, frame_type_item, is_derived, shared_groups
from hepatrain.phantoms.dicom.header import SeriesHead, item, localizer_reference, new_object
from hepatrain.phantoms.dicom.identity import Identity
from hepatrain.phantoms.dicom.numbers import decimal
from hepatrain.phantoms.dicom.planes import Frame
from hepatrain.phantoms.dicom.series import Series
from hepatrain.phantoms.dicom.storage import storage_of
from hepatrain.phantoms.dicom.vendors import Vendor

ECHO, B_VALUE = (0x0018, 0x9082), (0x0018, 0x9087)
"""Effective echo time, diffusion b-value: what a series may be indexed by besides stack and place."""


def enhanced_objects(series: Series, head: SeriesHead, identity: Identity, vendor: Vendor) -> Iterator[FileDataset]:
    """The series' one object; of a localizer one for each plane, because frames of an object share their size."""
    storage = storage_of(vendor.family, series.frames)
    index_of = further_dimension(series)
    for number in sorted({frame.stack for frame in series.frames}):
        frames = [frame for frame in series.frames if frame.stack == number]
        dataset = new_object(identity, vendor, head, EnhancedMRImageStorage, number)
        describe_scan(dataset, series, vendor)
        dataset.ContentDate = identity.study_date
        dataset.ContentTime = identity.time(head.seconds + 60)
        dataset.AcquisitionDateTime = identity.date_time(head.seconds)
        dataset.AcquisitionDuration = 17.0
        dataset.ProtocolName = identity.text(series.protocol.description)
        dataset.ImageComments = identity.text("PHANTOM")
        dataset.FrameOfReferenceUID = identity.uid("frame of reference")
        dataset.PositionReferenceIndicator = ""
        dataset.AcquisitionContextSequence = []
        if series.role != "localizer":
            dataset.ReferencedImageEvidenceSequence = [localizer_evidence(identity)]
        if series.protocol.contrast_agent:
            dataset.ContrastBolusAgentSequence = [contrast_agent()]
        dataset.DimensionOrganizationSequence = [item(DimensionOrganizationUID=identity.uid("dimensions"))]
        dataset.DimensionIndexSequence = dimension_indices(identity, series)
        dataset.SharedFunctionalGroupsSequence = [shared_groups(series, frames, identity, vendor, storage)]
        dataset.PerFrameFunctionalGroupsSequence = [
            frame_groups(frame, series, identity, head.seconds, index_of(frame)) for frame in frames
        ]
        storage.describe(dataset)
        dataset.NumberOfFrames = len(frames)
        dataset.Rows, dataset.Columns = frames[0].values.shape
        dataset.PixelData = storage.stored(np.stack([frame.values for frame in frames])).tobytes()
        dataset["PixelData"].VR = "OW"
        yield dataset


def describe_scan(dataset: Dataset, series: Series, vendor: Vendor) -> None:
    """Enhanced MR Image and MR Pulse Sequence modules, but for pixels."""
    dataset.update(frame_type_item(series, "ImageType"))
    dataset.AcquisitionNumber = 1
    dataset.ContentQualification = "PRODUCT"
    dataset.ResonantNucleus = "1H"
    dataset.KSpaceFiltering = "NONE"
    dataset.MagneticFieldStrength = vendor.field_tesla
    dataset.ApplicableSafetyStandardAgency = "IEC"
    dataset.BurnedInAnnotation = "NO"
    dataset.LossyImageCompression = "00"
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.PatientPosition = "HFS"
    if not is_derived(series):
        describe_pulse_sequence(dataset, series)


def describe_pulse_sequence(dataset: Dataset, series: Series) -> None:
    """MR Pulse Sequence module, which derived images do not have."""
    protocol = series.protocol
    gradient_echo = "GR" in protocol.scanning_sequence
    planar = series.role == "diffusion"
    dataset.PulseSequenceName = protocol.sequence
    dataset.MRAcquisitionType = protocol.dimensions
    dataset.EchoPulseSequence = "GRADIENT" if gradient_echo else "SPIN"
    if not gradient_echo:
        dataset.MultipleSpinEcho = "NO" if planar else "YES"
    dataset.MultiPlanarExcitation = "NO" if protocol.dimensions == "3D" else "YES"
    dataset.PhaseContrast = "NO"
    dataset.TimeOfFlightContrast = "NO"
    dataset.SteadyStatePulseSequence = "LONGITUDINAL" if gradient_echo else "NONE"
    dataset.EchoPlanarPulseSequence = "YES" if planar else "NO"
    dataset.SaturationRecovery = "NO"
    dataset.SpectrallySelectedSuppression = "FAT" if protocol.fat_suppressed else "NONE"
    dataset.OversamplingPhase = "NONE"
    dataset.GeometryOfKSpaceTraversal = "RECTILINEAR"
    dataset.SegmentedKSpaceTraversal = "SINGLE" if planar else "PARTIAL"
    dataset.RectilinearPhaseEncodeReordering = "LINEAR"
    dataset.NumberOfKSpaceTrajectories = 1
    if protocol.dimensions == "3D":
        dataset.CoverageOfKSpace = "FULL"


def localizer_evidence(identity: Identity) -> Dataset:
    """Where the localizer that functional groups refer to is to be found."""
    localizer = item(
        SeriesInstanceUID=identity.uid("localizer"),
        ReferencedSOPSequence=[localizer_reference(identity, EnhancedMRImageStorage)],
    )
    return item(StudyInstanceUID=identity.uid("study"), ReferencedSeriesSequence=[localizer])


def contrast_agent() -> Dataset:
    """An item of the Enhanced Contrast/Bolus module."""
    return item(
        CodeValue="2218291",
        CodingSchemeDesignator="RXNORM",
        CodeMeaning=AGENT,
        ContrastBolusIngredientConcentration=604.72,
        ContrastBolusAgentNumber=1,
        ContrastBolusVolume=decimal(7.5),
        ContrastBolusAdministrationRouteSequence=[
            item(CodeValue="47625008", CodingSchemeDesignator="SCT", CodeMeaning="Intravenous route")
        ],
        ContrastBolusIngredientCodeSequence=[
            item(CodeValue="C-17800", CodingSchemeDesignator="SRT", CodeMeaning="Gadolinium")
        ],
    )


def further_dimension(series: Series) -> Callable[[Frame], int | None]:
    """Of a series with several echoes or b values: the index of a frame's."""
    if series.role == "dual_echo":
        return lambda frame: frame.echo
    b_values = sorted({frame.b_value for frame in series.frames if frame.b_value is not None})
    return lambda frame: None if frame.b_value is None else b_values.index(frame.b_value) + 1


def dimension_indices(identity: Identity, series: Series) -> list[Dataset]:
    """What frames are indexed by: stack, place, and echo or b value."""
    pointers = [((0x0020, 0x9056), (0x0020, 0x9111)), ((0x0020, 0x9057), (0x0020, 0x9111))]
    if series.role == "dual_echo":
        pointers.append((ECHO, (0x0018, 0x9114)))
    elif series.role == "diffusion":
        pointers.append((B_VALUE, (0x0018, 0x9117)))
    return [
        item(
            DimensionIndexPointer=pointer,
            FunctionalGroupPointer=group,
            DimensionOrganizationUID=identity.uid("dimensions"),
        )
        for pointer, group in pointers
    ]
