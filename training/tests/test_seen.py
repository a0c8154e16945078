import json

import pytest

from hepatrain.data.seen import Seen
from hepatrain.data.studies import Study


def study(name: str, patient: str = "", split: str = "test") -> Study:
    return Study(name, 0, split, {}, patient)


SEEN = Seen.of([study("a"), study("b1", "b"), study("b2", "b")], [study("c")])


def test_a_study_is_known_by_its_patient_whatever_the_index_says():
    studies = [study("a"), study("b3", "b", "valid"), study("c"), study("d", split="train")]
    assert [known.split for known in SEEN.split(studies)] == ["train", "train", "valid", "test"]


def test_figures_of_patients_that_were_trained_or_stopped_on_are_refused():
    SEEN.refuse([study("d"), study("e")])
    for name in ("a", "c"):
        with pytest.raises(ValueError, match=f"1 of 2 test studies, such as {name}, are of patients that the network"):
            SEEN.refuse([study("d"), study(name)])


def test_hashes_are_salted_and_name_nobody(tmp_path):
    assert (len(SEEN.training), len(SEEN.stopping)) == (2, 1)
    again = Seen.of([study("a")], [])
    assert again.salt != SEEN.salt and again.training[0] not in SEEN.training
    SEEN.write(tmp_path / "seen.json")
    assert set(json.loads((tmp_path / "seen.json").read_text())) == {"salt", "training", "stopping"}
    assert Seen.read(tmp_path / "seen.json") == SEEN
    with pytest.raises(FileNotFoundError, match=r"has no other\.json, which says whom its network has seen"):
        Seen.read(tmp_path / "other.json")
