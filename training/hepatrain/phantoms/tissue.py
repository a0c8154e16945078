"""What tissues are to a scanner: relaxation times, protons, lipid and contrast agent, by field strength."""

from dataclasses import dataclass, replace

import numpy as np

FIELDS = (1.5, 3.0)
"""Field strengths, T."""

R1_GADOLINIUM = {1.5: 4.1, 3.0: 3.7}
R2_GADOLINIUM = {1.5: 4.6, 3.0: 5.2}
"""Relaxivity of gadopentetate in plasma at 37 °C, L/(mmol s): Rohrer et al., Invest Radiol 2005;40:715."""

BROADENING = {1.5: 10.0, 3.0: 20.0}
"""R2* − R2 of tissue in a shimmed abdomen, 1/s; grows with the field."""

R2_STAR_OF_IRON = 39.4
"""R2* per iron at 1.5 T, 1/s per mg/g dry liver: Wood et al., Blood 2005;106:1460. Twice that at 3 T."""

R2_OF_IRON = 14.0
"""Slope of that paper's R2 curve at 2 mg/g, same units."""


@dataclass(frozen=True)
class Tissue:
    """Times in ms at 1.5 T and 3 T."""

    t1: tuple[float, float]
    t2: tuple[float, float]
    protons: float
    """Proton density relative to water."""
    gadolinium: float = 0.0
    """Concentration in the portal-venous phase after 0.1 mmol/kg, mmol/L. Order of magnitude; patients differ."""
    lipid: float = 0.0
    """Share of the signal that fat saturation removes."""
    flow: float = 0.0
    """Share of the signal that a spin echo loses because the blood moves on."""
    iron: float = 0.0
    """Iron beyond a healthy liver's, mg/g dry."""


LIVER = Tissue((576, 812), (46, 42), 0.72, 0.58)  # Stanisz et al., MRM 2005;54:507

TISSUES = {
    "liver": LIVER,
    # de Bazelaire et al., Radiology 2004;230:652: spleen, kidney cortex, paravertebral muscle, marrow of L4, fat.
    "spleen": Tissue((1057, 1328), (79, 61), 0.8, 0.8),
    "kidney": Tissue((966, 1142), (87, 76), 0.82, 1.7),
    "muscle": Tissue((856, 898), (27, 29), 0.75, 0.12),
    "bone": Tissue((549, 586), (49, 49), 0.55, 0.15, lipid=0.5),
    "fat": Tissue((343, 382), (58, 68), 0.9, lipid=1),
    "vessel": Tissue((1441, 1932), (290, 275), 0.8, 1.3, flow=0.9),  # blood: Stanisz et al., MRM 2005;54:507
    # Ascites, bile, cysts, cerebrospinal fluid: near water, with some protein.
    "fluid": Tissue((3000, 3400), (500, 430), 0.95),
    "bowel": Tissue((900, 1100), (70, 60), 0.7, 0.4),
    "air": Tissue((1000, 1000), (10, 5), 0.0),
    "lung": Tissue((1100, 1300), (20, 15), 0.12, 0.6),
    # What a liver can hold. Fibrosis enhances late and is wet: dark in T1W, bright in T2W. Order of magnitude only.
    "fibrosis": Tissue((900, 1150), (84, 68), 0.8, 0.18),
    "oedema": Tissue((640, 870), (84, 68), 0.78, 0.62),
    # Fat in hepatocytes: T1 as de Bazelaire has it, T2 at 3 T of Gambarota et al., MAGMA 2011.
    "lipid": Tissue((343, 382), (58, 55), 0.75, lipid=1),
    "siderosis": replace(LIVER, iron=2.2),
    "haemangioma": Tissue((1100, 1350), (140, 120), 0.85, 1.0),
}


@dataclass(frozen=True)
class Relaxation:
    """A tissue at one field strength, with its contrast agent and iron. Times in ms."""

    t1: float
    t2: float
    t2_star: float


def relaxation(tissue: Tissue, field: float, enhancement: float) -> Relaxation:
    """Relaxation times.

    Args:
        field: T, one of FIELDS.
        enhancement: contrast agent relative to the table; 0: none.
    """
    at = FIELDS.index(field)
    agent = tissue.gadolinium * enhancement
    r1 = 1000 / tissue.t1[at] + R1_GADOLINIUM[field] * agent
    r2 = 1000 / tissue.t2[at] + R2_GADOLINIUM[field] * agent + R2_OF_IRON * tissue.iron
    r2_star = r2 + BROADENING[field] + max(R2_STAR_OF_IRON * field / 1.5 - R2_OF_IRON, 0) * tissue.iron
    return Relaxation(*(1000 / np.array([r1, r2, r2_star])))
