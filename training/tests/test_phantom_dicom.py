import itertools
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from hepatrain.phantoms.dicom.identity import sample_identity
from hepatrain.phantoms.dicom.planes import RAS_TO_LPS, Volume, frames_of
from hepatrain.phantoms.dicom.series import ROLES
from hepatrain.phantoms.dicom.storage import Storage
from hepatrain.phantoms.dicom.study import write_dicom_study
from hepatrain.phantoms.dicom.transfer_syntax import TRANSFER_SYNTAXES
from hepatrain.phantoms.dicom.vendors import VENDORS
from hepatrain.phantoms.grid import rotation_about_x
from hepatrain.phantoms.study import make_study, write_study

TRAINING = Path(__file__).resolve().parents[1]

CLASSIC = [name for name, vendor in VENDORS.items() if not vendor.enhanced]
ENHANCED = [name for name, vendor in VENDORS.items() if vendor.enhanced]

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def study():
    """A study whose volumes are oblique, so that positions and directions have many digits."""
    study = make_study("moderate", (5,))
    scans = {}
    for number, (sequence, scan) in enumerate(study.scans.items(), start=1):
        affine = scan.affine.copy()
        affine[:3, :] = rotation_about_x(0.07 * number) @ affine[:3, :]
        scans[sequence] = replace(scan, affine=affine)
    return replace(study, scans=scans)


@pytest.fixture(scope="module")
def written(study, tmp_path_factory):
    """Folder of a vendor's study, written once."""
    folders: dict[str, Path] = {}

    def folder_of(vendor: str) -> Path:
        if vendor not in folders:
            folders[vendor] = tmp_path_factory.mktemp(vendor)
            write_dicom_study(study, folders[vendor], vendor, np.random.default_rng(1), zipped=True)
            write_study(study, folders[vendor])
        return folders[vendor]

    return folder_of


@cache
def series_in(folder: Path) -> dict[str, list[Dataset]]:
    """Objects by the role of their series."""
    contents = json.loads((folder / "series.json").read_text())
    return {
        series["role"]: [pydicom.dcmread(folder / "study" / name) for name in series["files"]]
        for series in contents["series"]
    }


def images_of(dataset: Dataset) -> list[tuple[np.ndarray, np.ndarray, Dataset, Dataset]]:
    """Values, position, orientation and pixel measures of each frame; values after rescaling."""
    if "PerFrameFunctionalGroupsSequence" not in dataset:
        values = dataset.pixel_array * float(dataset.get("RescaleSlope", 1)) + float(dataset.get("RescaleIntercept", 0))
        return [(values, np.array(dataset.ImagePositionPatient, float), dataset, dataset)]
    shared = dataset.SharedFunctionalGroupsSequence[0]
    rescale = shared.PixelValueTransformationSequence[0]
    values = dataset.pixel_array * float(rescale.RescaleSlope) + float(rescale.RescaleIntercept)
    return [
        (
            values[index],
            np.array(frame.PlanePositionSequence[0].ImagePositionPatient, float),
            frame.PlaneOrientationSequence[0],
            shared.PixelMeasuresSequence[0],
        )
        for index, frame in enumerate(dataset.PerFrameFunctionalGroupsSequence)
    ]


def volume_of(datasets: list[Dataset]) -> nib.Nifti1Image:
    """A volume from DICOM geometry alone, by the equations of PS3.3 C.7.6.2.1.1."""
    images = [image for dataset in datasets for image in images_of(dataset)]
    _, _, orientation, measures = images[0]
    row, column = np.array(orientation.ImageOrientationPatient, float).reshape(2, 3)
    normal = np.cross(row, column)
    images.sort(key=lambda image: image[1] @ normal)
    positions = np.array([position for _, position, _, _ in images])
    between_rows, between_columns = map(float, measures.PixelSpacing)
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = row * between_columns, column * between_rows
    affine[:3, 2] = (positions[-1] - positions[0]) / (len(positions) - 1)
    affine[:3, 3] = positions[0]
    np.testing.assert_allclose(np.diff(positions, axis=0), np.tile(affine[:3, 2], (len(positions) - 1, 1)), atol=1e-6)
    affine[:3] = RAS_TO_LPS @ affine[:3]
    return nib.Nifti1Image(np.stack([values.T for values, *_ in images], axis=2), affine)


def magnitude(datasets: list[Dataset]) -> list[Dataset]:
    """Of GE's images, those that its private attribute calls magnitude."""
    return [each for each in datasets if (0x0043, 0x102F) not in each or each[0x0043, 0x102F].value == 0]


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("role", ("t1w", "t2w"))
def test_voxels_lie_where_the_nifti_twin_has_them(written, vendor, role):
    folder = written(vendor)
    volume = nib.as_closest_canonical(volume_of(magnitude(series_in(folder)[role])))
    twin = nib.as_closest_canonical(nib.load(folder / f"{role}.nii.gz"))
    np.testing.assert_array_equal(np.asarray(volume.dataobj), np.asarray(twin.dataobj))
    np.testing.assert_allclose(volume.affine, twin.affine, atol=1e-4)


@pytest.mark.parametrize("axes", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("flips", list(itertools.product((False, True), repeat=3)))
def test_any_storage_order_gives_the_same_frames(axes, flips):
    rng = np.random.default_rng(3)
    affine = np.diag([2.0, 3.0, 5.0, 1.0])
    affine[:3, :3] = rotation_about_x(0.2) @ affine[:3, :3]
    affine[:3, 3] = (-40, 11, 7)
    volume = Volume(rng.integers(0, 1000, (4, 5, 6)), affine)
    stored = volume
    for axis in range(3):
        stored = stored.flipped(axis) if flips[axis] else stored
    columns = [*axes, 3]
    stored = Volume(stored.voxels.transpose(axes), stored.affine[:, columns])
    for frame, expected in zip(frames_of(stored), frames_of(volume), strict=True):
        np.testing.assert_array_equal(frame.values, expected.values)
        for one, other in ((frame.position, expected.position), (frame.row, expected.row)):
            np.testing.assert_allclose(one, other, atol=1e-9)
        np.testing.assert_allclose(frame.spacing, expected.spacing)
    assert len(frames_of(stored)) == 6
    assert frame.slice_spacing == pytest.approx(5)
    # As radiologists look at it: patient's left is on the right, the back is at the bottom.
    assert frame.row @ (1, 0, 0) > 0.9
    assert frame.column @ (0, 1, 0) > 0.9


def test_a_sheared_grid_is_refused():
    affine = np.eye(4)
    affine[0, 1] = 0.01
    with pytest.raises(ValueError, match="not perpendicular"):
        frames_of(Volume(np.zeros((2, 2, 2)), affine))


def test_values_that_do_not_fit_are_refused():
    assert Storage(12, signed=False, slope=0.25).stored(np.array([0, 1023])).tolist() == [0, 4092]
    with pytest.raises(ValueError, match="do not fit into 12 bits"):
        Storage(12, signed=False, slope=0.25).stored(np.array([0, 1024]))
    with pytest.raises(ValueError, match="do not fit"):
        Storage(12, signed=False).stored(np.array([-1]))
    with pytest.raises(ValueError, match="do not fit"):
        Storage(16, signed=True, slope=2).stored(np.array([3]))


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_study_has_all_that_an_abdomen_protocol_has(study, written, vendor):
    series = series_in(written(vendor))
    assert set(ROLES) <= set(series)
    assert len(series) == len(ROLES) + 2
    everything = [dataset for datasets in series.values() for dataset in datasets]
    assert len({dataset.SOPInstanceUID for dataset in everything}) == len(everything)
    assert len({dataset.StudyInstanceUID for dataset in everything}) == 1
    for role, datasets in series.items():
        assert {dataset.SeriesInstanceUID for dataset in datasets} == {datasets[0].SeriesInstanceUID}, role
    for role in ROLES:
        assert {("NumberOfFrames" in dataset) for dataset in series[role]} == {VENDORS[vendor].enhanced}
    orientations = {
        tuple(np.round(orientation.ImageOrientationPatient))
        for dataset in series["localizer"]
        for _, _, orientation, _ in images_of(dataset)
    }
    assert len(orientations) == 3
    slices = study.scans["T1W"].image.shape[2]
    assert len(series["t1w"]) == {"ge": 3 * slices, "siemens": slices, "philips": slices}.get(vendor, 1)


@pytest.mark.parametrize("vendor", CLASSIC)
def test_physics_tells_t1w_from_t2w(written, vendor):
    series = series_in(written(vendor))
    for t1w in series["t1w"]:
        assert t1w.ScanningSequence == "GR"
        assert t1w.RepetitionTime < 10
        assert t1w.EchoTime < 5
        assert 5 < t1w.FlipAngle < 20
        assert t1w.ContrastBolusAgent
        assert "FS" in t1w.ScanOptions
    for t2w in series["t2w"]:
        assert t2w.ScanningSequence == "SE"
        assert t2w.EchoTime >= 80
        assert t2w.EchoTrainLength > 8
        assert "ContrastBolusAgent" not in t2w


@pytest.mark.parametrize("vendor", ENHANCED)
def test_enhanced_objects_tell_physics_in_functional_groups(written, vendor):
    series = series_in(written(vendor))
    (t1w,), (t2w,) = series["t1w"], series["t2w"]
    assert (t1w.AcquisitionContrast, t2w.AcquisitionContrast) == ("T1", "T2")
    assert (t1w.EchoPulseSequence, t2w.EchoPulseSequence) == ("GRADIENT", "SPIN")
    timing = t1w.SharedFunctionalGroupsSequence[0].MRTimingAndRelatedParametersSequence[0]
    assert timing.RepetitionTime < 10
    assert t2w.PerFrameFunctionalGroupsSequence[0].MREchoSequence[0].EffectiveEchoTime >= 80
    b_values = {
        frame.MRDiffusionSequence[0].DiffusionBValue
        for frame in series["diffusion"][0].PerFrameFunctionalGroupsSequence
    }
    assert b_values == set(VENDORS[vendor].b_values)
    for dataset in (dataset for role in ROLES for dataset in series[role]):
        indices = [
            tuple(frame.FrameContentSequence[0].DimensionIndexValues)
            for frame in dataset.PerFrameFunctionalGroupsSequence
        ]
        assert len(set(indices)) == dataset.NumberOfFrames
        assert len(indices[0]) == len(dataset.DimensionIndexSequence)


def test_siemens_stores_twelve_bits_and_counts_some_series_downwards(written):
    series = series_in(written("siemens"))
    for dataset in series["t1w"]:
        assert (dataset.BitsStored, dataset.PixelRepresentation) == (12, 0)
        assert dataset[0x0029, 0x1010].value.startswith(b"SV10")
    heights = {role: [float(each.ImagePositionPatient[2]) for each in series[role]] for role in ("t1w", "t2w")}
    assert heights["t1w"] == sorted(heights["t1w"], reverse=True)
    assert heights["t2w"] == sorted(heights["t2w"])
    assert [each[0x0019, 0x100C].value for each in series["diffusion"][::13]] == [50, 400, 800]


def test_ge_tells_components_of_one_series_by_a_private_attribute_only(written):
    t1w = series_in(written("ge"))["t1w"]
    assert [each[0x0043, 0x102F].value for each in t1w[:3]] == [0, 2, 3]
    assert len({str(each.ImageType) for each in t1w}) == 1
    assert {each.PixelRepresentation for each in t1w} == {1}
    # The square root of the parts' squares is the magnitude, but for rounding.
    whole, real, imaginary = (each.pixel_array.astype(float) for each in t1w[:3])
    np.testing.assert_allclose(np.hypot(real, imaginary), whole, atol=1)


def test_philips_rescales_and_mixes_echoes_in_one_series(written):
    series = series_in(written("philips"))
    slope = float(series["t1w"][0].RescaleSlope)
    assert slope < 1
    assert series["t1w"][0].pixel_array.max() > 1000
    assert series["t1w"][0][0x2005, 0x100E].value != pytest.approx(1 / slope)
    assert [each.EchoNumbers for each in series["dual_echo"][:4]] == [1, 2, 1, 2]
    first, second = series["dual_echo"][:2]
    assert first.ImagePositionPatient == second.ImagePositionPatient


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_listed_identifier_is_in_the_files(written, vendor):
    folder = written(vendor)
    identifiers = json.loads((folder / "identifiers.json").read_text())
    content = b"\n".join(path.read_bytes() for path in sorted((folder / "study").rglob("*")) if path.is_file())
    for name, values in identifiers.items():
        for value in values:
            assert value.encode() in content, f"{name} {value}"
    for name in (
        "PatientName", "PatientID", "PatientBirthDate", "StudyDate", "StudyTime", "InstitutionName",
        "InstitutionAddress", "StationName", "DeviceSerialNumber", "ReferringPhysicianName", "OperatorsName",
        "AccessionNumber", "ImageComments", "ProtocolName", "SeriesDescription", "SOPInstanceUID",
        "ScheduledProcedureStepID", "SourceApplicationEntityTitle",
    ):  # fmt: skip
        assert identifiers[name], name


@pytest.mark.parametrize("vendor", VENDORS)
def test_no_identifier_is_unlisted(written, vendor):
    folder = written(vendor)
    identifiers = json.loads((folder / "identifiers.json").read_text())
    (token,) = identifiers["Token"]
    listed = {value for values in identifiers.values() for value in values}
    stray = pydicom.dcmread(folder / "study" / "DICOMDIR")
    assert stray.file_meta.MediaStorageSOPInstanceUID in listed
    for datasets in ([stray], *series_in(folder).values()):
        for element in (element for dataset in datasets for element in dataset.iterall()):
            values = element.value if isinstance(element.value, pydicom.multival.MultiValue) else [element.value]
            for value in values:
                names_something = element.VR in ("PN", "DA", "TM", "DT") or token in str(value)
                if names_something and not isinstance(value, bytes | Dataset | pydicom.Sequence):
                    assert str(value) in listed, element
                if element.VR == "UI" and not str(value).startswith("1.2.840.10008."):
                    assert str(value) in listed, element


def test_identifiers_hide_where_scanners_write_them(written):
    folder = written("siemens")
    (token,) = json.loads((folder / "identifiers.json").read_text())["Token"]
    first = series_in(folder)["t1w"][0]
    name = f"PHANTOM^{str(first.PatientName).split('^')[1]}^{token}"
    assert name.encode() in first[0x0029, 0x1020].value
    assert token in first[0x6000, 0x4000].value
    assert token in first.RequestAttributesSequence[0].RequestedProcedureID
    assert token in first.OtherPatientIDsSequence[0].PatientID
    philips = series_in(written("philips"))["t1w"][0]
    assert str(philips[0x2005, 0x140F].value[0].PatientName).startswith("PHANTOM^")


def test_tokens_are_unique_and_read_as_no_word():
    tokens = [sample_identity(np.random.default_rng(seed)).token for seed in range(200)]
    assert len(set(tokens)) == 200
    assert not set("".join(tokens)) & set("TFSPGEBDAIOU12")


@pytest.mark.parametrize("vendor", ("siemens-enhanced", "philips"))
def test_the_same_seed_gives_the_same_bytes(study, written, tmp_path, vendor):
    write_dicom_study(study, tmp_path, vendor, np.random.default_rng(1), zipped=True)
    for name in ("study.zip", "series.json", "identifiers.json"):
        assert (tmp_path / name).read_bytes() == (written(vendor) / name).read_bytes()
    write_dicom_study(study, tmp_path / "other", vendor, np.random.default_rng(2))
    ours, others = (json.loads((path / "identifiers.json").read_text()) for path in (tmp_path, tmp_path / "other"))
    assert not set(ours["SOPInstanceUID"]) & set(others["SOPInstanceUID"])
    assert ours["Token"] != others["Token"]


def test_the_zip_holds_the_study_and_names_tell_nothing(written):
    folder = written("siemens")
    files = {str(path.relative_to(folder / "study")): path for path in (folder / "study").rglob("*") if path.is_file()}
    with zipfile.ZipFile(folder / "study.zip") as archive:
        assert sorted(archive.namelist()) == sorted(files)
        for name, path in files.items():
            assert archive.read(name) == path.read_bytes()
    assert "DICOMDIR" in files
    assert (
        pydicom.dcmread(files["DICOMDIR"]).file_meta.MediaStorageSOPClassUID.name == "Media Storage Directory Storage"
    )
    assert sum(name.endswith(".TXT") for name in files) == 1
    series = json.loads((folder / "series.json").read_text())["series"]
    t1w = next(each["files"] for each in series if each["role"] == "t1w")
    assert len({Path(name).parent for name in t1w}) > 1
    assert t1w != sorted(t1w)


@pytest.mark.parametrize("syntax", TRANSFER_SYNTAXES)
def test_transfer_syntaxes_hold_the_same(study, written, tmp_path, syntax):
    write_dicom_study(study, tmp_path, "siemens-enhanced", np.random.default_rng(1), syntax)
    expected = series_in(written("siemens-enhanced"))
    for role, datasets in series_in(tmp_path).items():
        for dataset, other in zip(datasets, expected[role], strict=True):
            compressed = syntax == "rle" and "PixelData" in dataset
            uid = TRANSFER_SYNTAXES[syntax if compressed or syntax != "rle" else "explicit"]
            assert dataset.file_meta.TransferSyntaxUID == uid
            assert dataset.SOPInstanceUID == other.SOPInstanceUID
            assert dataset.PatientName == other.PatientName
            if "PixelData" in dataset:
                np.testing.assert_array_equal(dataset.pixel_array, other.pixel_array)


def test_the_command_writes_dicom_beside_the_nifti(tmp_path):
    command = [
        sys.executable,
        "-m",
        "hepatrain.phantoms",
        "--out",
        tmp_path,
        "--seed",
        "3",
        "--dicom",
        "philips-enhanced",
    ]
    refused = subprocess.run([*command, "--studies", "1"], cwd=TRAINING, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "--dicom goes with --stage" in refused.stderr
    subprocess.run([*command, "--stage", "mild", "--zip"], cwd=TRAINING, check=True)
    names = {path.name for path in tmp_path.iterdir()}
    volumes = {f"{sequence}{mask}.nii.gz" for sequence in ("t1w", "t2w") for mask in ("", "_liver_mask")}
    assert names == volumes | {"study", "study.zip", "series.json", "identifiers.json"}
    write_study(make_study("mild", (3, 3, 0)), tmp_path / "nifti")
    for volume in volumes:
        assert (tmp_path / volume).read_bytes() == (tmp_path / "nifti" / volume).read_bytes()
