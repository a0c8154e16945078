import os
import subprocess
import sys
import time
from pathlib import Path

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


def dawdle(pid_file: str) -> str:
    """A call that outlives every test."""
    Path(pid_file).write_text(str(os.getpid()))
    time.sleep(600)
    return "late"


def test_nobody_goes_on_for_a_parent_that_was_killed(tmp_path):
    pid_file = tmp_path / "pid"
    words = "from tests.test_parallel import dawdle; from hepatrain.parallel import run_all; import sys"
    script = f"{words}; run_all(dawdle, [(sys.argv[1],)], processes=1)"
    with subprocess.Popen([sys.executable, "-c", script, str(pid_file)], cwd=Path(__file__).parents[1]) as parent:
        wait_until(lambda: pid_file.exists() and pid_file.read_text(), seconds=60)
        parent.kill()
    wait_until(lambda: has_ended(pid_file.read_text()), seconds=10)


def has_ended(pid: str) -> bool:
    """A zombie only waits for whoever adopted it."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


def wait_until(holds, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
