"""Objects as bytes, in the transfer syntaxes that can be written without a codec library."""

from io import BytesIO

import numpy as np
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

TRANSFER_SYNTAXES = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "big-endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
    "rle": RLELossless,
}
"""What `--transfer-syntax` takes. Objects without pixels have no RLE: they stay explicit."""


def encoded(dataset: FileDataset, transfer_syntax: str) -> bytes:
    """The file of an object, which is changed to that syntax. Pixels must be little endian before."""
    syntax = TRANSFER_SYNTAXES[transfer_syntax]
    if syntax == RLELossless:
        if "PixelData" in dataset:
            dataset.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    else:
        dataset.file_meta.TransferSyntaxUID = syntax
        if syntax == ExplicitVRBigEndian:
            swap_words(dataset)
    file = BytesIO()
    dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()


def swap_words(dataset: Dataset) -> None:
    """pydicom writes the bytes of OW elements as they are."""
    for element in dataset.iterall():
        if element.VR == "OW":
            element.value = np.frombuffer(element.value, "<u2").astype(">u2").tobytes()
