"""The functional groups of enhanced MR objects: those that all frames share, and those of one frame."""

from pydicom.dataset import Dataset
from pydicom.uid import EnhancedMRImageStorage

from hepatrain.phantoms.dicom.header import item, localizer_reference
from hepatrain.phantoms.dicom.identity import Identity
from hepatrain.phantoms.dicom.numbers import decimal, decimals
from hepatrain.phantoms.dicom.planes import Frame
from hepatrain.phantoms.dicom.private import philips_nested
from hepatrain.phantoms.dicom.series import Series
from hepatrain.phantoms.dicom.storage import Storage
from hepatrain.phantoms.dicom.vendors import Vendor

CONTRAST = {
    "t1w": "T1", "arterial": "T1", "subtraction": "T1", "dual_echo": "T1", "t2w": "T2", "coronal": "T2",
    "localizer": "UNKNOWN", "diffusion": "DIFFUSION", "adc": "DIFFUSION",
}  # fmt: skip
"""Acquisition Contrast by role."""


def is_derived(series: Series) -> bool:
    """Whether it was computed from other images."""
    return series.role in ("adc", "subtraction")


def frame_type(series: Series) -> dict[str, object]:
    """MR Image Description macro: the same of the object and of each frame, but for its first attribute's name."""
    flavour = {"adc": "ADC", "subtraction": "SUBTRACTION"}.get(series.role, "NONE")
    return {
        "type": ["DERIVED" if is_derived(series) else "ORIGINAL", "PRIMARY", "VOLUME", flavour],
        "PixelPresentation": "MONOCHROME",
        "VolumetricProperties": "VOLUME",
        "VolumeBasedCalculationTechnique": "NONE",
        "ComplexImageComponent": "MAGNITUDE",
        "AcquisitionContrast": CONTRAST[series.role],
    }


def shared_groups(series: Series, frames: list[Frame], identity: Identity, vendor: Vendor, storage: Storage) -> Dataset:
    """What all frames of an object have in common."""
    protocol = series.protocol
    planar = series.role in ("diffusion", "adc")
    gradient_echo = "GR" in protocol.scanning_sequence
    first = frames[0]
    rows, columns = first.values.shape
    groups = item(
        PixelMeasuresSequence=[
            item(
                PixelSpacing=decimals(first.spacing),
                SliceThickness=decimal(first.slice_spacing),
                SpacingBetweenSlices=decimal(first.slice_spacing),
            )
        ],
        FrameAnatomySequence=[
            item(
                FrameLaterality="U",
                AnatomicRegionSequence=[
                    item(CodeValue="818981001", CodingSchemeDesignator="SCT", CodeMeaning="Abdomen")
                ],
            )
        ],
        MRImageFrameTypeSequence=[frame_type_item(series, "FrameType")],
        MRTimingAndRelatedParametersSequence=[
            item(
                RepetitionTime=decimal(protocol.repetition_time),
                FlipAngle=decimal(protocol.flip_angle),
                EchoTrainLength=protocol.echo_train_length,
                RFEchoTrainLength=0 if gradient_echo or planar else protocol.echo_train_length,
                GradientEchoTrainLength=protocol.echo_train_length if gradient_echo or planar else 0,
                SpecificAbsorptionRateSequence=[
                    item(SpecificAbsorptionRateDefinition="IEC_WHOLE_BODY", SpecificAbsorptionRateValue=0.9)
                ],
                GradientOutputType="DB_DT",
                GradientOutput=41.0,
                OperatingModeSequence=[
                    item(OperatingModeType="STATIC FIELD", OperatingMode="IEC_NORMAL"),
                    item(OperatingModeType="RF", OperatingMode="IEC_NORMAL"),
                    item(OperatingModeType="GRADIENT", OperatingMode="IEC_NORMAL"),
                ],
            )
        ],
        MRFOVGeometrySequence=[
            item(
                InPlanePhaseEncodingDirection="COLUMN",
                MRAcquisitionFrequencyEncodingSteps=columns,
                MRAcquisitionPhaseEncodingStepsInPlane=rows,
                MRAcquisitionPhaseEncodingStepsOutOfPlane=len(frames),
                PercentSampling=decimal(100),
                PercentPhaseFieldOfView=decimal(100),
            )
        ],
        MRModifierSequence=[
            item(
                InversionRecovery="NO",
                FlowCompensation="NONE",
                Spoiling="RF" if gradient_echo else "NONE",
                T2Preparation="NO",
                SpectrallySelectedExcitation="NONE",
                SpatialPresaturation="NONE",
                PartialFourier="NO",
                ParallelAcquisition="NO",
            )
        ],
        MRImagingModifierSequence=[
            item(
                MagnetizationTransfer="NONE",
                BloodSignalNulling="NO",
                Tagging="NONE",
                TransmitterFrequency=42.577 * vendor.field_tesla,
                PixelBandwidth=decimal(protocol.bandwidth),
            )
        ],
        MRReceiveCoilSequence=[
            item(
                ReceiveCoilName="BODY",
                ReceiveCoilManufacturerName=vendor.manufacturer,
                ReceiveCoilType="BODY",
                QuadratureReceiveCoil="YES",
            )
        ],
        MRTransmitCoilSequence=[
            item(TransmitCoilName="BODY", TransmitCoilManufacturerName=vendor.manufacturer, TransmitCoilType="BODY")
        ],
        MRAveragesSequence=[item(NumberOfAverages=decimal(1))],
    )
    transformation = item()
    storage.describe_rescale(transformation)
    groups.PixelValueTransformationSequence = [transformation]
    groups.FrameVOILUTSequence = [item(WindowCenter=decimal(200), WindowWidth=decimal(400))]
    if series.role == "adc":
        groups.MRDiffusionSequence = [item(DiffusionDirectionality="ISOTROPIC", DiffusionBValue=0.0)]
    if protocol.contrast_agent:
        groups.ContrastBolusUsageSequence = [
            item(ContrastBolusAgentNumber=1, ContrastBolusAgentAdministered="YES", ContrastBolusAgentDetected="YES")
        ]
    if series.role != "localizer":
        purpose = item(CodeValue="121311", CodingSchemeDesignator="DCM", CodeMeaning="Localizer")
        planned_on = localizer_reference(identity, EnhancedMRImageStorage)
        planned_on.PurposeOfReferenceCodeSequence = [purpose]
        groups.ReferencedImageSequence = [planned_on]
    describe_privately(groups, identity, vendor.family)
    return groups


def frame_groups(frame: Frame, series: Series, identity: Identity, seconds: float, point: int | None) -> Dataset:
    """What one frame has of its own. `point`: its index along the dimension of echoes or b values."""
    indices = [frame.stack, frame.place] + ([] if point is None else [point])
    groups = item(
        FrameContentSequence=[
            item(
                FrameAcquisitionNumber=1,
                FrameReferenceDateTime=identity.date_time(seconds + frame.place / 4),
                FrameAcquisitionDateTime=identity.date_time(seconds + frame.place / 4),
                FrameAcquisitionDuration=250.0,
                StackID=str(frame.stack),
                InStackPositionNumber=frame.place,
                DimensionIndexValues=indices,
                FrameComments=identity.text("FRAME"),
            )
        ],
        PlanePositionSequence=[item(ImagePositionPatient=decimals(frame.position))],
        PlaneOrientationSequence=[item(ImageOrientationPatient=decimals((*frame.row, *frame.column)))],
        MREchoSequence=[item(EffectiveEchoTime=series.protocol.echo_times[frame.echo - 1])],
    )
    if frame.b_value is not None:
        directionality = "ISOTROPIC" if frame.b_value else "NONE"
        groups.MRDiffusionSequence = [
            item(DiffusionBValue=float(frame.b_value), DiffusionDirectionality=directionality)
        ]
    return groups


def frame_type_item(series: Series, type_keyword: str) -> Dataset:
    """The description of the object, with `ImageType`, or of a frame, with `FrameType`."""
    described = frame_type(series)
    return item(**{type_keyword: described.pop("type"), **described})


def describe_privately(groups: Dataset, identity: Identity, family: str) -> None:
    """A private sequence that repeats who and where, as both makers have."""
    if family == "siemens":
        nested = item()
        block = nested.private_block(0x0021, "SIEMENS MR SDS 01", create=True)
        block.add_new(0x01, "IS", 1)
        block.add_new(0x05, "LO", identity.patient_name)
        groups.private_block(0x0021, "SIEMENS MR SDS 01", create=True).add_new(0xFE, "SQ", [nested])
    else:
        philips_nested(groups, identity)
