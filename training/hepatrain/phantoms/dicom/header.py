"""What every object of a study says of patient, study, series and device, wherever scanners write it."""

from dataclasses import dataclass

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from hepatrain.phantoms.dicom.identity import Identity
from hepatrain.phantoms.dicom.numbers import decimal
from hepatrain.phantoms.dicom.vendors import Vendor

STUDY_CLASS = UID("1.2.840.10008.3.1.2.3.1")
"""Detached Study Management, which old orders are references to."""

STEP_CLASS = UID("1.2.840.10008.3.1.2.3.3")
"""Modality Performed Procedure Step."""


@dataclass(frozen=True)
class SeriesHead:
    """What tells a series from others."""

    key: str
    """Its name in UIDs."""
    number: int
    modality: str
    description: str
    seconds: float
    """When it began, after the start of the study."""


def item(**values: object) -> Dataset:
    """A sequence item, or part of a data set."""
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def new_object(identity: Identity, vendor: Vendor, series: SeriesHead, sop_class: UID, instance: int) -> FileDataset:
    """An object with everything but what it shows."""
    uid = identity.uid(series.key, instance)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.SourceApplicationEntityTitle = identity.code("AE")
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = uid
    dataset.InstanceCreationDate = identity.study_date
    dataset.InstanceCreationTime = identity.time(series.seconds + 90 + instance / 8)
    dataset.InstanceCreatorUID = identity.uid("creator")
    dataset.InstanceNumber = instance
    describe_patient(dataset, identity)
    describe_study(dataset, identity)
    describe_series(dataset, identity, series)
    describe_device(dataset, identity, vendor)
    return dataset


def describe_patient(dataset: Dataset, identity: Identity) -> None:
    """Patient and Patient Study modules."""
    dataset.PatientName = identity.patient_name
    dataset.PatientID = identity.code("PHT-")
    dataset.IssuerOfPatientID = identity.text("IMAGINARY ISSUER")
    dataset.PatientBirthDate = identity.birth_date
    dataset.PatientBirthTime = identity.time(-3600)
    dataset.PatientSex = "O"
    dataset.OtherPatientIDsSequence = [
        item(
            PatientID=identity.code("OTHER-"),
            TypeOfPatientID="TEXT",
            IssuerOfPatientID=identity.text("OTHER ISSUER"),
        )
    ]
    dataset.OtherPatientNames = identity.person("alias")
    dataset.PatientBirthName = identity.person("birth")
    dataset.PatientMotherBirthName = identity.person("mother")
    dataset.PatientAddress = identity.text("2 NOWHERE LANE")
    dataset.PatientTelephoneNumbers = identity.text("+00 000")
    dataset.MedicalRecordLocator = identity.code("MRL")
    dataset.EthnicGroup = identity.text("NONE")
    dataset.PatientComments = identity.text("PHANTOM, NOT A PATIENT:")
    dataset.PatientAge = "050Y"
    dataset.PatientSize = decimal(1.7)
    dataset.PatientWeight = decimal(72)
    dataset.Occupation = identity.text("PHANTOM")
    dataset.AdditionalPatientHistory = identity.text("IMAGINARY CIRRHOSIS")
    dataset.AdmissionID = identity.code("ADM")


def describe_study(dataset: Dataset, identity: Identity) -> None:
    """General Study module, and what the order said."""
    dataset.StudyInstanceUID = identity.uid("study")
    dataset.StudyDate = identity.study_date
    dataset.StudyTime = identity.time(0)
    dataset.StudyID = identity.code("ST")
    dataset.AccessionNumber = identity.code("ACC")
    dataset.StudyDescription = identity.text("MRI ABDOMEN W CONTRAST")
    dataset.ReferringPhysicianName = identity.person("referrer")
    dataset.PhysiciansOfRecord = identity.person("ward")
    dataset.NameOfPhysiciansReadingStudy = identity.person("reader")
    dataset.RequestingPhysician = identity.person("requester")
    dataset.RequestingService = identity.text("IMAGINARY CLINIC")
    dataset.RequestedProcedureDescription = identity.text("MRI LIVER")
    dataset.ReferencedStudySequence = [reference(STUDY_CLASS, identity.uid("order"))]


def describe_series(dataset: Dataset, identity: Identity, series: SeriesHead) -> None:
    """General Series module and the performed procedure step."""
    dataset.Modality = series.modality
    dataset.SeriesInstanceUID = identity.uid(series.key)
    dataset.SeriesNumber = series.number
    dataset.BodyPartExamined = "ABDOMEN"
    dataset.SeriesDescription = identity.text(series.description)
    dataset.SeriesDate = identity.study_date
    dataset.SeriesTime = identity.time(series.seconds)
    dataset.PerformingPhysicianName = identity.person("performer")
    dataset.OperatorsName = identity.person("operator")
    dataset.PerformedProcedureStepStartDate = identity.study_date
    dataset.PerformedProcedureStepStartTime = identity.time(1)
    dataset.PerformedProcedureStepID = identity.code("PPS")
    dataset.PerformedProcedureStepDescription = identity.text("MRI LIVER")
    dataset.ReferencedPerformedProcedureStepSequence = [reference(STEP_CLASS, identity.uid("performed"))]
    dataset.RequestAttributesSequence = [
        item(
            AccessionNumber=identity.code("ACR"),
            ReferencedStudySequence=[reference(STUDY_CLASS, identity.uid("order"))],
            RequestedProcedureDescription=identity.text("MRI LIVER"),
            ScheduledProcedureStepDescription=identity.text("MRI LIVER STEP"),
            ScheduledProcedureStepID=identity.code("SPS"),
            RequestedProcedureID=identity.code("RP"),
            ReasonForTheRequestedProcedure=identity.text("TO TEST"),
        )
    ]


def describe_device(dataset: Dataset, identity: Identity, vendor: Vendor) -> None:
    """General Equipment module."""
    dataset.Manufacturer = vendor.manufacturer
    dataset.ManufacturerModelName = vendor.model
    dataset.SoftwareVersions = vendor.software.split("\\")
    dataset.InstitutionName = identity.text("IMAGINARY HOSPITAL")
    dataset.InstitutionAddress = identity.text("1 NOWHERE ROAD")
    dataset.InstitutionalDepartmentName = identity.text("RADIOLOGY")
    dataset.StationName = identity.code("MR")
    dataset.DeviceSerialNumber = identity.code("SN")
    dataset.DeviceUID = identity.uid("device")


def reference(sop_class: UID, uid: str) -> Dataset:
    """An item that points to an object."""
    return item(ReferencedSOPClassUID=sop_class, ReferencedSOPInstanceUID=uid)


def localizer_reference(identity: Identity, sop_class: UID) -> Dataset:
    """The localizer's first image, where slices were planned."""
    return reference(sop_class, identity.uid("localizer", 1))
