"""Which code this is."""

import subprocess
from pathlib import Path


def revision_of(folder: Path) -> str:
    """Commit of the code, marked where files differ from it; `unknown` outside a git work tree."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return described.stdout.strip()
