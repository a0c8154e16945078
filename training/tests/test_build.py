import json

import pytest

from hepatrain import build
from hepatrain.sources import TRAINING_SOURCES
from hepatrain.steps import fingerprint_of, run_step


def test_a_step_is_done_again_when_what_it_depends_on_changes(tmp_path):
    made = []

    def make() -> None:
        made.append("x")
        (tmp_path / "result").mkdir()
        (tmp_path / "result" / str(len(made))).touch()

    for fingerprint in ("one", "one", "two", "two"):
        run_step(tmp_path / "result", fingerprint, make)
    assert len(made) == 2
    assert [file.name for file in (tmp_path / "result").iterdir()] == ["2"]


def test_a_step_that_failed_is_done_again(tmp_path):
    def fail() -> None:
        (tmp_path / "result").write_text("half")
        raise RuntimeError("interrupted")

    run_step(tmp_path / "result", "one", lambda: (tmp_path / "result").write_text("whole"))
    with pytest.raises(RuntimeError):
        run_step(tmp_path / "result", "two", fail)
    for fingerprint in ("two", "one"):
        made = []
        run_step(tmp_path / "result", fingerprint, lambda made=made: made.append((tmp_path / "result").write_text("x")))
        assert made, fingerprint


def test_a_fingerprint_follows_sources_and_settings_but_not_tests(tmp_path):
    (tmp_path / "a.ts").write_text("1")
    first = fingerprint_of(tmp_path, ["*.ts"], 640)
    (tmp_path / "a.test.ts").write_text("2")
    assert fingerprint_of(tmp_path, ["*.ts"], 640) == first
    assert fingerprint_of(tmp_path, ["*.ts"], 641) != first
    (tmp_path / "a.ts").write_text("3")
    assert fingerprint_of(tmp_path, ["*.ts"], 640) != first
    with pytest.raises(FileNotFoundError, match=r"b\.ts"):
        fingerprint_of(tmp_path, ["b.ts"])


@pytest.mark.parametrize(
    ("root", "sources"),
    (
        (build.REPOSITORY, build.PHANTOM_SOURCES),
        (build.REPOSITORY, build.PREPARE_SOURCES),
        (build.TRAINING, TRAINING_SOURCES),
    ),
)
def test_the_sources_of_every_step_exist(root, sources):
    fingerprint_of(root, sources)


def test_a_refused_phantom_fails_the_build(tmp_path):
    refusal = {"study": "a", "sequence": "T1W", "variant": "liver", "code": "MASK_MISMATCH", "message": "other grid"}
    (tmp_path / "index.json").write_text(json.dumps({"items": [], "refused": [refusal]}))
    with pytest.raises(ValueError, match="1 phantom volumes were refused, the first is a T1W liver: MASK_MISMATCH"):
        build.require_all(tmp_path)
