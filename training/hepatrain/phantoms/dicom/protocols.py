"""How each vendor scans an upper abdomen: the numbers that its protocols have."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Protocol:
    """The physics of one series, as classic MR objects tell it. Times in ms, angles in degrees."""

    description: str
    """Series description; the protocol's name where that is not given."""
    image_type: tuple[str, ...]
    scanning_sequence: tuple[str, ...]
    sequence_variant: tuple[str, ...]
    scan_options: tuple[str, ...]
    dimensions: str
    """2D or 3D."""
    repetition_time: float
    echo_times: tuple[float, ...]
    flip_angle: float
    echo_train_length: int
    bandwidth: float
    """Hz per pixel."""
    sequence: str
    """The vendor's name of the pulse sequence."""
    contrast_agent: bool = False

    @property
    def fat_suppressed(self) -> bool:
        """Whether fat was suppressed."""
        return "FS" in self.scan_options


ORIGINAL = ("ORIGINAL", "PRIMARY")
DERIVED = ("DERIVED", "PRIMARY")

SIEMENS_VIBE = Protocol(
    "t1_vibe_fs_tra_bh_pv", (*ORIGINAL, "M", "ND", "NORM"), ("GR",), ("SP", "OSP"), ("PFP", "FS"), "3D",
    3.97, (1.26,), 9, 1, 445, "*fl3d1", contrast_agent=True,
)  # fmt: skip
SIEMENS_HASTE = Protocol(
    "t2_haste_tra_mbh", (*ORIGINAL, "M", "NORM", "DIS2D"), ("SE",), ("SK", "SP", "OSP"), ("PFP",), "2D",
    1400, (92,), 160, 192, 698, "*h2d1_192",
)  # fmt: skip
SIEMENS = {
    "localizer": Protocol(
        "localizer_haste_3plane", (*ORIGINAL, "M", "NORM", "DIS2D"), ("SE",), ("SK", "SP", "OSP"), ("PFP",), "2D",
        1200, (80,), 120, 128, 710, "*h2d1_128",
    ),
    "coronal": replace(SIEMENS_HASTE, description="t2_haste_cor_mbh"),
    "dual_echo": Protocol(
        "t1_fl2d_opp-in_tra_bh", (*ORIGINAL, "M", "NORM", "DIS2D"), ("GR",), ("SP", "OSP"), ("PFP",), "2D",
        112, (1.23, 2.46), 65, 2, 1090, "*fl2d2",
    ),
    "t2w": SIEMENS_HASTE,
    "t2w, other": Protocol(
        "t2_blade_fs_tra_trig", (*ORIGINAL, "M", "NORM", "DIS2D"), ("SE",), ("SK", "SP", "OSP"), ("FS",), "2D",
        3840, (101,), 140, 31, 425, "*tseR2d1rs31",
    ),
    "diffusion": Protocol(
        "ep2d_diff_tra_b50_400_800_trig", (*ORIGINAL, "DIFFUSION", "NONE", "NORM", "DIS2D"), ("EP",), ("SK", "SP"),
        ("PFP", "FS"), "2D", 5200, (58,), 90, 60, 2170, "*ep_b",
    ),
    "adc": Protocol(
        "ep2d_diff_tra_b50_400_800_trig_ADC", (*DERIVED, "DIFFUSION", "ADC", "NORM", "DIS2D"), ("EP",), ("SK", "SP"),
        ("PFP", "FS"), "2D", 5200, (58,), 90, 60, 2170, "*ep_b",
    ),
    "arterial": replace(SIEMENS_VIBE, description="t1_vibe_fs_tra_bh_art"),
    "t1w": SIEMENS_VIBE,
    "subtraction": replace(
        SIEMENS_VIBE, description="t1_vibe_fs_tra_bh_pv_SUB", image_type=(*DERIVED, "M", "ND", "NORM", "SUB"),
    ),
}  # fmt: skip

GE_LAVA = Protocol(
    "Ax LAVA +C Portal Venous", (*ORIGINAL, "OTHER"), ("GR",), ("SS", "SP", "SK"),
    ("FAST_GEMS", "NPW", "ZIP2_GEMS", "EDR_GEMS", "FILTERED_GEMS", "ACC_GEMS", "PFP", "FS"), "3D",
    3.86, (1.83,), 12, 1, 488.281, "efgre3d", contrast_agent=True,
)  # fmt: skip
GE_SSFSE = Protocol(
    "Ax T2 SSFSE BH", (*ORIGINAL, "OTHER"), ("SE",), ("SK",),
    ("FAST_GEMS", "NPW", "SEQ_GEMS", "SS_GEMS", "EDR_GEMS", "PFF"), "2D",
    1260, (88.6,), 90, 128, 651.055, "ssfse",
)  # fmt: skip
GE = {
    "localizer": replace(GE_SSFSE, description="3-Plane Loc SSFSE", repetition_time=1090, echo_times=(80.4,)),
    "coronal": replace(GE_SSFSE, description="Cor SSFSE BH"),
    "dual_echo": Protocol(
        "Ax Dual Echo FSPGR BH", (*ORIGINAL, "OTHER"), ("GR",), ("SS", "SP"), ("FAST_GEMS", "NPW", "EDR_GEMS"), "2D",
        165, (2.17, 4.37), 80, 2, 488.281, "fgre",
    ),
    "t2w": Protocol(
        "Ax T2 FRFSE fs RTr", (*ORIGINAL, "OTHER"), ("SE",), ("SK", "OSP"),
        ("FAST_GEMS", "NPW", "TRF_GEMS", "EDR_GEMS", "FILTERED_GEMS", "RG", "FS"), "2D",
        8571.4, (84.9,), 111, 17, 325.508, "fse-xl",
    ),
    "t2w, other": GE_SSFSE,
    "diffusion": Protocol(
        "Ax DWI b50 500 RTr", (*ORIGINAL, "OTHER"), ("EP", "SE"), ("NONE",), ("EPI_GEMS", "PFF", "FS"), "2D",
        6666.7, (61.2,), 90, 1, 1953.12, "epi2",
    ),
    "adc": Protocol(
        "ADC (10^-6 mm/s): Ax DWI b50 500 RTr", (*DERIVED, "COMBINED", "ADC"), ("EP", "SE"), ("NONE",),
        ("EPI_GEMS", "PFF", "FS"), "2D", 6666.7, (61.2,), 90, 1, 1953.12, "epi2",
    ),
    "arterial": replace(GE_LAVA, description="Ax LAVA +C Arterial"),
    "t1w": GE_LAVA,
    "subtraction": replace(
        GE_LAVA, description="SUB: Ax LAVA +C Portal Venous", image_type=(*DERIVED, "COMBINED", "SUBTRACTION"),
    ),
}  # fmt: skip

PHILIPS_THRIVE = Protocol(
    "eTHRIVE_PV_BH", (*ORIGINAL, "M_FFE", "M", "FFE"), ("GR",), ("SP",), ("FS", "PFP"), "3D",
    3.02, (1.44,), 10, 1, 723, "T1TFE", contrast_agent=True,
)  # fmt: skip
PHILIPS_SINGLE_SHOT = Protocol(
    "T2W_SSh_TSE_BH", (*ORIGINAL, "M_SE", "M", "SE"), ("SE",), ("SK",), ("PFP",), "2D",
    920, (80,), 90, 76, 543, "TSE",
)  # fmt: skip
PHILIPS = {
    "localizer": Protocol(
        "Survey_BH", (*ORIGINAL, "M_FFE", "M", "FFE"), ("GR",), ("SS",), ("OTHER",), "2D",
        2.66, (1.33,), 42, 1, 1302, "B-FFE",
    ),
    "coronal": replace(PHILIPS_SINGLE_SHOT, description="T2W_SSh_COR_BH"),
    "dual_echo": Protocol(
        "dual_FFE_BH", (*ORIGINAL, "M_FFE", "M", "FFE"), ("GR",), ("SP",), ("OTHER",), "2D",
        133, (1.15, 2.3), 55, 2, 1446, "T1FFE",
    ),
    "t2w": Protocol(
        "T2W_TSE_SPAIR_RT", (*ORIGINAL, "M_SE", "M", "SE"), ("SE",), ("SK",), ("FS", "RG"), "2D",
        1790.3, (80,), 90, 24, 317, "TSE",
    ),
    "t2w, other": PHILIPS_SINGLE_SHOT,
    "diffusion": Protocol(
        "DWI_3b_RT", (*ORIGINAL, "M_SE", "M", "SE"), ("SE",), ("SK",), ("FS", "PFP"), "2D",
        1968.5, (63.6,), 90, 55, 2391, "DwiSE",
    ),
    "adc": Protocol(
        "dADC_DWI_3b_RT", (*ORIGINAL, "ADC_SE", "ADC", "SE"), ("SE",), ("SK",), ("FS", "PFP"), "2D",
        1968.5, (63.6,), 90, 55, 2391, "DwiSE",
    ),
    "arterial": replace(PHILIPS_THRIVE, description="eTHRIVE_ART_BH"),
    "t1w": PHILIPS_THRIVE,
    "subtraction": replace(
        PHILIPS_THRIVE, description="SUB_eTHRIVE_PV_BH", image_type=(*DERIVED, "M_FFE", "M", "SUBTRACTION"),
    ),
}  # fmt: skip
