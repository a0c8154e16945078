"""A finished package takes the place of an old one as a whole: a reader never sees half of one."""

import shutil
import tempfile
from pathlib import Path

from hepatrain.package.files import MANIFEST


def require_replaceable(out: Path) -> None:
    """ValueError unless `out` is absent, an empty folder or a package: a mistyped path must not cost what it holds."""
    if not out.exists() or (out / MANIFEST).is_file():
        return
    if not out.is_dir() or any(out.iterdir()):
        raise ValueError(
            f"{out} is no model package: it has no {MANIFEST}. It stays as it is: name another folder, or empty it."
        )


def replace_package(fresh: Path, out: Path) -> None:
    """Rename the filled folder `fresh` to `out`; a package that is there goes aside first and is deleted last.

    Both packers use it, the deep one's and the radiomics one's. `fresh` lies in the same file system, best in a
    `tempfile.TemporaryDirectory(dir=out.parent)`; call `require_replaceable` before the work, this does so again.
    """
    require_replaceable(out)
    if not out.exists():
        fresh.rename(out)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    old = out.rename(aside / "old")
    try:
        fresh.rename(out)
    except OSError:
        old.rename(out)
        raise
    finally:
        shutil.rmtree(aside)
