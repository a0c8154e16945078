"""Number formats of a package's encoders. The stager stays float32: it costs nothing, and its masks need the range."""

from torch import Tensor, nn

PRECISIONS = ("float32", "float16")

PARITY_TOLERANCE = {"float32": 1e-4, "float16": 2e-2}
"""Largest difference between PyTorch in float32 and the exported graphs: absolute, relative to values beyond 1. float32
differs by rounding only; float16 has 11 bits, and a network adds up some twenty roundings."""

GOLDEN_TOLERANCE = {"float32": 1e-3, "float16": 2e-2}
"""Execution providers round differently. TF32 on a GPU costs float32 most: simulated, 1.6e-4. A CPU computes float16
graphs in float32, a GPU does not."""

INTERIOR = "interior."
"""Before the names of such a module's weights."""


class HalfInterior(nn.Module):
    """An encoder that computes in float16. Input and outputs stay float32: onnxruntime-node feeds no float16."""

    def __init__(self, encoder: nn.Module) -> None:
        """Takes the encoder over: its weights become float16."""
        super().__init__()
        self.interior = encoder.half()
        self.eval()

    def forward(self, slices: Tensor) -> tuple[Tensor, ...]:
        """As the encoder's own."""
        return tuple(output.float() for output in self.interior(slices.half()))
