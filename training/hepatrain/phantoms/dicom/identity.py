"""Who and where: invented values for everything that tells a patient, a place, a device or a time."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np

TOKEN_LETTERS = "CHJKLMNQRVWXZ3456789"
"""No vowels and none of the letters that sequence names are made of, so that a token never reads as one."""


@dataclass(frozen=True)
class Identity:
    """One study's identifying values. Every text has the token in it; dates lie in a year that has not come yet."""

    token: str
    given_name: str
    birth_date: str
    """DICOM DA."""
    study_date: str
    """DICOM DA."""
    start_seconds: float
    """Start of the study after midnight."""

    @property
    def patient_name(self) -> str:
        """DICOM PN."""
        return f"PHANTOM^{self.given_name}^{self.token}"

    def person(self, role: str) -> str:
        """Name of somebody else, DICOM PN."""
        return f"{role.upper()}^IMAGINARY^{self.token}"

    def text(self, what: str) -> str:
        """A text about something, with the token."""
        return f"{what} {self.token}"

    def code(self, prefix: str) -> str:
        """An identifier that fits into 16 characters."""
        return f"{prefix}{self.token}"

    def uid(self, *names: str | int) -> str:
        """The UID of something in the study: always the same for the same names, under the root for UUIDs."""
        digest = sha256("/".join((self.token, *map(str, names))).encode()).digest()
        return f"2.25.{int.from_bytes(digest[:16]) | 1 << 127}"

    def time(self, seconds: float) -> str:
        """DICOM TM of so many seconds into the study. Six decimals make it rare enough to be searched for."""
        minutes, rest = divmod(self.start_seconds + seconds, 60)
        hours, minutes = divmod(int(minutes), 60)
        return f"{hours:02d}{minutes:02d}{min(rest, 59.999999):09.6f}"

    def date_time(self, seconds: float) -> str:
        """DICOM DT of so many seconds into the study."""
        return self.study_date + self.time(seconds)


def sample_identity(rng: np.random.Generator) -> Identity:
    """A random identity."""

    def date(first_year: int, last_year: int) -> str:
        return f"{rng.integers(first_year, last_year + 1)}{rng.integers(1, 13):02d}{rng.integers(1, 29):02d}"

    return Identity(
        token="".join(rng.choice(list(TOKEN_LETTERS), 8)),
        given_name=str(rng.choice(("ALICE", "BORIS", "CLARA", "DAVID"))),
        birth_date=date(2031, 2049),
        study_date=date(2091, 2099),
        start_seconds=float(rng.uniform(8, 17) * 3600),
    )
