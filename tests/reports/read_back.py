"""Reads the DICOM objects of a folder with highdicom and pydicom, and prints what they hold as JSON."""

import base64
import json
import sys
from pathlib import Path

import highdicom
import numpy as np
import pydicom


def read_report(path: Path) -> dict:
    # Checks the tree against TID 1500 as it reads.
    report = highdicom.sr.srread(path)
    content = report.content
    observer = content.get_observer_contexts()[0].observer_identifying_attributes
    root = report.ContentSequence
    evidence = getattr(report, "CurrentRequestedProcedureEvidenceSequence", [])
    return {
        "patientId": report.PatientID,
        "accessionNumber": report.AccessionNumber or "",
        "patientName": str(report.PatientName),
        "patientComments": getattr(report, "PatientComments", ""),
        "studyUid": report.StudyInstanceUID,
        "contentTime": f"{report.ContentDate} {report.ContentTime} {report.TimezoneOffsetFromUTC}",
        "language": code_value(root, "121049"),
        "procedure": code_value(root, "121058"),
        "deviceUid": observer.uid,
        "deviceName": observer.name,
        "comments": [item.TextValue for item in root if concept(item) == "121106"],
        "evidence": [
            [series.SeriesInstanceUID, [one.ReferencedSOPInstanceUID for one in series.ReferencedSOPSequence]]
            for study in evidence
            for series in study.ReferencedSeriesSequence
        ],
        "groups": [read_group(group) for group in content.get_image_measurement_groups()],
    }


def read_group(group) -> dict:
    items = group[0].ContentSequence
    return {
        "trackingIdentifier": group.tracking_identifier,
        "trackingUid": group.tracking_uid,
        "algorithm": [
            item.TextValue for item in items if concept(item) in ("111001", "111002", "111003")
        ],
        "findingSite": group.finding_sites[0].value.value,
        "images": [
            [
                image.referenced_sop_instance_uid,
                [int(frame) for frame in image.referenced_frame_numbers or []],
            ]
            for image in group.source_images
        ],
        "measurements": [[m.name.value, m.value, m.unit.value] for m in group.get_measurements()],
        "evaluations": [[q.name.value, q.value.value] for q in group.get_qualitative_evaluations()],
    }


def concept(item) -> str:
    return item.ConceptNameCodeSequence[0].CodeValue


def code_value(items, code: str) -> str:
    found = [item for item in items if concept(item) == code]
    return found[0].ConceptCodeSequence[0].CodeValue


def read_map(path: Path) -> dict:
    volume = highdicom.imread(path).get_volume()
    plain = pydicom.dcmread(path)
    # Sorted along the normal by highdicom; in the order of the file by pydicom.
    pixels = plain.pixel_array
    mapping = plain.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence[0]
    return {
        "studyUid": plain.StudyInstanceUID,
        "frameOfReferenceUid": plain.FrameOfReferenceUID,
        "shape": list(pixels.shape),
        "firstPosition": [
            float(mm) for mm in plain.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient
        ],
        "affine": volume.affine.ravel().tolist(),
        "pixels": base64.b64encode(np.ascontiguousarray(pixels, "<u2").tobytes()).decode(),
        "mapping": [
            mapping.MeasurementUnitsCodeSequence[0].CodeValue,
            mapping.RealWorldValueSlope,
            mapping.RealWorldValueIntercept,
            mapping.RealWorldValueFirstValueMapped,
            mapping.RealWorldValueLastValueMapped,
        ],
        "sources": [read_source(frame) for frame in plain.PerFrameFunctionalGroupsSequence],
    }


def read_source(frame) -> list | None:
    if "DerivationImageSequence" not in frame:
        return None
    source = frame.DerivationImageSequence[0].SourceImageSequence[0]
    return [source.ReferencedSOPInstanceUID, getattr(source, "ReferencedFrameNumber", None)]


def read_capture(path: Path) -> dict:
    pixels = pydicom.dcmread(path).pixel_array
    return {
        "shape": list(pixels.shape),
        "pixels": base64.b64encode(np.ascontiguousarray(pixels).tobytes()).decode(),
    }


folder = Path(sys.argv[1])
json.dump(
    {
        "sr": read_report(folder / "sr.dcm"),
        "map": read_map(folder / "map.dcm"),
        "capture": read_capture(folder / "capture.dcm"),
    },
    sys.stdout,
)
