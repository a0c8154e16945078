"""Numbers as DICOM text."""

import numpy as np
from pydicom.valuerep import DSfloat, format_number_as_ds


def decimal(number: float) -> DSfloat:
    """A DS with all digits that its 16 characters hold."""
    return DSfloat(format_number_as_ds(float(number) + 0.0))


def decimals(numbers: np.ndarray | tuple[float, ...]) -> list[DSfloat]:
    """Several."""
    return [decimal(number) for number in numbers]
