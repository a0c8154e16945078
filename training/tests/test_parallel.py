import pytest

from hepatrain.parallel import run_all


def test_every_call_is_made_and_reported(capsys):
    run_all(str.upper, [("a",), ("b",), ("c",)], processes=2)
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[1] for line in lines} == {"A", "B", "C"}
    assert [line.split()[0] for line in lines] == ["[1/3]", "[2/3]", "[3/3]"]
    run_all(str.upper, [], processes=2)


def test_a_failure_is_raised():
    with pytest.raises(ValueError, match="invalid literal"):
        run_all(int, [("x",)], processes=1)
