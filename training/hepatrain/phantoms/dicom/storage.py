"""How a vendor stores pixel values."""

from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset

from hepatrain.phantoms.dicom.numbers import decimal
from hepatrain.phantoms.dicom.planes import Frame


@dataclass(frozen=True)
class Storage:
    """Value = slope × stored value + intercept; both exact in binary, so that whole values stay whole."""

    bits_stored: int
    signed: bool
    slope: float = 1.0
    intercept: float = 0.0
    has_rescale: bool = False
    """Whether slope and intercept are written."""

    def stored(self, values: np.ndarray) -> np.ndarray:
        """Stored values, 16 bits each."""
        stored = (values.astype(np.float64) - self.intercept) / self.slope
        lowest = -(1 << self.bits_stored - 1) if self.signed else 0
        if (
            not (stored == np.rint(stored)).all()
            or stored.min() < lowest
            or stored.max() >= lowest + (1 << self.bits_stored)
        ):
            raise ValueError(
                f"Values from {values.min()} to {values.max()} do not fit into {self.bits_stored} bits "
                f"with slope {self.slope} and intercept {self.intercept}."
            )
        return stored.astype(np.int16 if self.signed else np.uint16)

    def describe(self, dataset: Dataset) -> None:
        """Fill the Image Pixel module, but for rows and columns."""
        dataset.SamplesPerPixel = 1
        dataset.PhotometricInterpretation = "MONOCHROME2"
        dataset.BitsAllocated = 16
        dataset.BitsStored = self.bits_stored
        dataset.HighBit = self.bits_stored - 1
        dataset.PixelRepresentation = int(self.signed)

    def describe_rescale(self, dataset: Dataset) -> None:
        """Fill the attributes that turn stored values into values."""
        dataset.RescaleIntercept = decimal(self.intercept)
        dataset.RescaleSlope = decimal(self.slope)
        dataset.RescaleType = "normalized" if self.has_rescale else "US"


def storage_of(family: str, frames: list[Frame]) -> Storage:
    """How a vendor stores a series: the same for all of its frames."""
    if family == "ge":
        return Storage(bits_stored=16, signed=True)
    highest = max(int(frame.values.max()) for frame in frames)
    bits = 12 if highest < 4096 else 16
    if family == "siemens":
        return Storage(bits, signed=False)
    # Philips spreads a series over its bits. Powers of two keep that exact.
    spread = 1
    while highest * spread * 2 < 1 << bits:
        spread *= 2
    return Storage(bits, signed=False, slope=1 / spread, has_rescale=True)
