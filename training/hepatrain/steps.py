"""Steps of a build whose results are kept, and done again when what they depend on has changed."""

import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path


def fingerprint_of(root: Path, sources: Iterable[str], *settings: object) -> str:
    """SHA-256 of settings and source files. Sources: paths or patterns relative to `root`; their tests do not count."""
    digest = hashlib.sha256(repr(settings).encode())
    for pattern in sources:
        paths = sorted(path for path in root.glob(pattern) if ".test." not in path.name)
        if not paths:
            raise FileNotFoundError(f"A step depends on {pattern}, but there is no such file in {root}.")
        for path in paths:
            digest.update(str(path.relative_to(root)).encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def run_step(result: Path, fingerprint: str, make: Callable[[], None]) -> None:
    """Let `make` write a file or folder, unless it is there already and made from the same."""
    stamp = result.with_name(f"{result.name}.made-from")
    if result.exists() and stamp.exists() and stamp.read_text() == fingerprint:
        print(f"{result.name}: as it is", flush=True)
        return
    # The stamp goes first and comes last: whatever interrupts the step, no half result has one.
    stamp.unlink(missing_ok=True)
    if result.is_dir():
        shutil.rmtree(result)
    result.unlink(missing_ok=True)
    make()
    stamp.write_text(fingerprint)
