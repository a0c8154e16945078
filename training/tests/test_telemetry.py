"""Nothing is told to anybody."""

import os
import subprocess
import sys
from pathlib import Path

STAGER = Path(__file__).resolve().parents[2] / "models" / "phantom-light" / "stager.onnx"
SCRIPT = "import sys; from hepatrain.package.runtime import onnxruntime as ort; ort.InferenceSession(sys.argv[1])"


def test_onnx_runtime_keeps_no_identifier_of_the_machine(tmp_path):
    silent = ("CI", "ORT_DISABLE_TELEMETRY")  # with these it keeps silent whatever we do
    env = {name: value for name, value in os.environ.items() if name not in silent}
    env |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", SCRIPT, str(STAGER)], env=env, check=True)
    assert list(tmp_path.rglob("*")) == []
