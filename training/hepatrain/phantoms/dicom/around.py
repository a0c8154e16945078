"""Objects that are no MR image, and files that are no object: what else lies in an exported study."""

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    BasicTextSRStorage,
    ExplicitVRLittleEndian,
    GrayscaleSoftcopyPresentationStateStorage,
    MediaStorageDirectoryStorage,
    SecondaryCaptureImageStorage,
)

from hepatrain.phantoms.dicom.header import SeriesHead, describe_patient, item, new_object, reference
from hepatrain.phantoms.dicom.identity import Identity
from hepatrain.phantoms.dicom.vendors import Vendor


def screen_save(identity: Identity, vendor: Vendor, number: int) -> FileDataset:
    """A colour picture of the console, patient's name burned in (as bars: nothing here reads letters)."""
    head = SeriesHead("screen save", number, "MR", "Screen Save", 1900)
    dataset = new_object(identity, vendor, head, SecondaryCaptureImageStorage, 1)
    dataset.ImageType = ["DERIVED", "SECONDARY", "SCREEN SAVE"]
    dataset.ConversionType = "WSD"
    dataset.DateOfSecondaryCapture = identity.study_date
    dataset.TimeOfSecondaryCapture = identity.time(1901)
    dataset.SecondaryCaptureDeviceID = identity.code("SC")
    dataset.BurnedInAnnotation = "YES"
    dataset.ImageComments = identity.text("SCREEN OF")
    dataset.PatientOrientation = ""
    pixels = np.zeros((64, 96, 3), np.uint8)
    pixels[8:16, 4:92:3] = 255
    pixels[24:56, 16:80] = (40, 40, 90)
    dataset.SamplesPerPixel = 3
    dataset.PhotometricInterpretation = "RGB"
    dataset.PlanarConfiguration = 0
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    dataset.PixelData = pixels.tobytes()
    dataset["PixelData"].VR = "OB"
    return dataset


def text_report(identity: Identity, vendor: Vendor, number: int) -> FileDataset:
    """A structured report with one sentence."""
    head = SeriesHead("report", number, "SR", "Technologist note", 2000)
    dataset = new_object(identity, vendor, head, BasicTextSRStorage, 1)
    dataset.ContentDate = identity.study_date
    dataset.ContentTime = identity.time(2001)
    dataset.CompletionFlag = "PARTIAL"
    dataset.VerificationFlag = "UNVERIFIED"
    dataset.PerformedProcedureCodeSequence = []
    dataset.ValueType = "CONTAINER"
    dataset.ContinuityOfContent = "SEPARATE"
    dataset.ConceptNameCodeSequence = [code("121060", "History")]
    dataset.ContentSequence = [
        item(
            RelationshipType="CONTAINS",
            ValueType="TEXT",
            ConceptNameCodeSequence=[code("121106", "Comment")],
            TextValue=identity.text("PATIENT COULD HOLD THE BREATH:"),
        )
    ]
    return dataset


def presentation_state(identity: Identity, vendor: Vendor, number: int, shown: FileDataset) -> FileDataset:
    """How somebody looked at an image."""
    head = SeriesHead("presentation state", number, "PR", "PS Series", 2000)
    dataset = new_object(identity, vendor, head, GrayscaleSoftcopyPresentationStateStorage, 1)
    dataset.ContentLabel = "VIEW"
    dataset.ContentDescription = identity.text("VIEW")
    dataset.ContentCreatorName = identity.person("viewer")
    dataset.PresentationCreationDate = identity.study_date
    dataset.PresentationCreationTime = identity.time(2001)
    image = reference(shown.SOPClassUID, shown.SOPInstanceUID)
    dataset.ReferencedSeriesSequence = [
        item(SeriesInstanceUID=shown.SeriesInstanceUID, ReferencedImageSequence=[image])
    ]
    dataset.DisplayedAreaSelectionSequence = [
        item(
            DisplayedAreaTopLeftHandCorner=[1, 1],
            DisplayedAreaBottomRightHandCorner=[shown.Columns, shown.Rows],
            PresentationSizeMode="SCALE TO FIT",
            PresentationPixelAspectRatio=[1, 1],
        )
    ]
    dataset.PresentationLUTShape = "IDENTITY"
    return dataset


def code(value: str, meaning: str) -> Dataset:
    """A code of the DICOM terminology."""
    return item(CodeValue=value, CodingSchemeDesignator="DCM", CodeMeaning=meaning)


def directory(identity: Identity) -> FileDataset:
    """A DICOMDIR that forgot its images."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    meta.MediaStorageSOPInstanceUID = UID(identity.uid("directory"))
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.FileSetID = identity.code("FS")
    dataset.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = 0
    dataset.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity = 0
    dataset.FileSetConsistencyFlag = 0
    record = item(
        OffsetOfTheNextDirectoryRecord=0,
        RecordInUseFlag=0xFFFF,
        OffsetOfReferencedLowerLevelDirectoryEntity=0,
        DirectoryRecordType="PATIENT",
    )
    describe_patient(record, identity)
    dataset.DirectoryRecordSequence = [record]
    return dataset


def note(identity: Identity) -> str:
    """The text file on an exported disc."""
    return (
        f"This disc holds images of {identity.patient_name}, born {identity.birth_date}.\r\n"
        f"{identity.text('IMAGINARY HOSPITAL')}, {identity.text('1 NOWHERE ROAD')}.\r\n"
    )
