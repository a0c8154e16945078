"""The makers of scanners, and their habits in writing DICOM."""

from dataclasses import dataclass, replace

from hepatrain.phantoms.dicom.protocols import GE, PHILIPS, SIEMENS, Protocol


@dataclass(frozen=True)
class Vendor:
    """One maker's habits."""

    family: str
    """siemens, ge or philips: whose private attributes it writes."""
    manufacturer: str
    model: str
    software: str
    field_tesla: float
    protocols: dict[str, Protocol]
    """By the role of a series; `t2w, other` is what half of the sites scan instead of `t2w`."""
    series_numbers: tuple[int, int]
    """The first series' number and the step to the next."""
    b_values: tuple[int, ...]
    downwards: frozenset[str] = frozenset()
    """Roles whose instances are numbered from the top down."""
    complex_t1w: bool = False
    """Real and imaginary images are kept, and share the T1W's SeriesInstanceUID."""
    echoes_interleaved: bool = False
    """Instances of a dual echo: both echoes of a slice, then the next slice; else one echo after the other."""
    enhanced: bool = False
    """A series is one multi-frame object."""


SIEMENS_CLASSIC = Vendor(
    family="siemens",
    manufacturer="SIEMENS",
    model="Skyra",
    software="syngo MR E11",
    field_tesla=3,
    protocols=SIEMENS,
    series_numbers=(1, 1),
    b_values=(50, 400, 800),
    downwards=frozenset({"t1w", "arterial", "dual_echo"}),
)
PHILIPS_CLASSIC = Vendor(
    family="philips",
    manufacturer="Philips Medical Systems",
    model="Ingenia",
    software="5.3.1\\5.3.1.2",
    field_tesla=3,
    protocols=PHILIPS,
    series_numbers=(101, 100),
    b_values=(0, 400, 800),
    echoes_interleaved=True,
)

VENDORS = {
    "siemens": SIEMENS_CLASSIC,
    "ge": Vendor(
        family="ge",
        manufacturer="GE MEDICAL SYSTEMS",
        model="Optima MR450w",
        software="27\\LX\\MR Software release:DV26.0",
        field_tesla=1.5,
        protocols=GE,
        series_numbers=(1, 1),
        b_values=(50, 500),
        downwards=frozenset(GE) - {"localizer", "coronal"},
        complex_t1w=True,
    ),
    "philips": PHILIPS_CLASSIC,
    "siemens-enhanced": replace(
        SIEMENS_CLASSIC, manufacturer="Siemens Healthineers", software="syngo MR XA30", enhanced=True
    ),
    "philips-enhanced": replace(PHILIPS_CLASSIC, manufacturer="Philips", model="Ingenia Elition X", enhanced=True),
}
"""What `--dicom` takes."""
