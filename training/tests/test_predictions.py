import numpy as np
import pytest

from hepatrain.predictions import COLUMNS, WHOLE, join_tables, read_predictions, table_of, write_predictions
from tests.made_up import answers

LINE = "s1,p1,mild,test,,body,T1W,,,,0.5,0.3,0.2,1.1"


HEADER = ",".join(COLUMNS)


def write(folder, *lines, header=HEADER):
    path = folder / "predictions.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_what_is_written_is_read(tmp_path):
    table = answers(4, slices=3)
    write_predictions(tmp_path / "a.csv", table)
    read = read_predictions(tmp_path / "a.csv")
    assert len(read) == len(table)
    for name in ("study", "patient", "stage", "split", "fold", "variant", "input", "slice"):
        assert (getattr(read, name) == getattr(table, name)).all(), name
    for name in ("probabilities", "distance", "position", "attention"):
        wanted = getattr(table, name).astype(np.float32)
        np.testing.assert_array_equal(getattr(read, name).astype(np.float32), wanted, name)
    write_predictions(tmp_path / "b.csv", read)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_views():
    table = answers(4, slices=3)
    assert len(table.whole("T1W+T2W")) == 8
    assert len(table.whole("T1W", "liver")) == 4
    assert len(table.slices("T2W", "body")) == 12
    assert (table.slices("T2W", "body").slice != WHOLE).all()
    assert len(join_tables([table, table])) == 2 * len(table)


def test_a_line_by_hand(tmp_path):
    lines = (LINE + ",0.4,0.2", "s1,,mild,test,3,body,T2W,,,,1,0,0,,,")
    path = write(tmp_path, *lines, header=f"{HEADER},heat_in_liver,liver_in_slices")
    with pytest.raises(ValueError, match="s1 stands in the table with two stages or two patients"):
        read_predictions(path)
    path.write_text(path.read_text().replace("s1,,mild", "s2,,mild"))
    table = read_predictions(path)
    assert table.patient.tolist() == ["p1", "s2"]
    assert table.fold.tolist() == [-1, 3]
    assert table.heat_in_liver[0] == 0.4
    assert np.isnan(table.distance[1])


@pytest.mark.parametrize(
    ("line", "message"),
    (
        (LINE.replace("0.5", "0.6"), r"line 2: expected probabilities that sum to 1, received 1\.1"),
        (LINE.replace("0.5", "nan"), "line 2: p_mild: expected a number of 0 to 1, received 'nan'"),
        (LINE.replace("mild", "grave"), "stage: expected mild, moderate, severe; received 'grave'"),
        (LINE.replace("T1W", "DWI"), "input: expected T1W, T2W"),
        (LINE.replace("body", "box"), "variant: expected body, liver"),
        (LINE.replace(",T1W,,", ",T1W,-2,"), "slice: expected a whole number or nothing, received '-2'"),
        (LINE.replace("1.1", "-1"), "distance: expected a number of 0 to inf"),
        (LINE + ",7", "as many values as there are columns"),
        (LINE.replace("s1,", ","), "expected a study's name"),
        (LINE + "\n" + LINE, "s1, body, T1W is predicted twice"),
    ),
)
def test_what_is_wrong_is_said(tmp_path, line, message):
    with pytest.raises(ValueError, match=message):
        read_predictions(write(tmp_path, line))


def test_columns_are_the_agreed_ones(tmp_path):
    with pytest.raises(ValueError, match="missing: stage, unknown: grade"):
        read_predictions(write(tmp_path, LINE, header=HEADER.replace("stage", "grade")))
    with pytest.raises(ValueError, match="no prediction"):
        read_predictions(write(tmp_path))
    with pytest.raises(ValueError, match="no prediction"):
        table_of([])


def test_answers_in_float32_are_computed_with_in_float64():
    table = answers(2, slices=1)
    for name in ("probabilities", "distance", "attention"):
        assert getattr(table, name).dtype == np.float64, name
