"""`python -m hepatrain.phantoms`: a cohort of phantoms, or one study."""

import argparse
from pathlib import Path

import numpy as np

from hepatrain.phantoms.cohort import make_cohort
from hepatrain.phantoms.dicom.study import write_dicom_study
from hepatrain.phantoms.dicom.transfer_syntax import TRANSFER_SYNTAXES
from hepatrain.phantoms.dicom.vendors import VENDORS
from hepatrain.phantoms.study import make_study, write_study
from hepatrain.vocabulary import SPLITS, STAGES

LONE_STUDY = (len(SPLITS), 0)
"""Where a cohort's members have the index of their split and their number: a split that no cohort has. The seed alone
would be a member's stream, because NumPy takes (7,) for (7, 0, 0)."""


def main() -> None:
    """Read the command line and write what it asks for."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.phantoms", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, required=True, help="the same seed gives the same voxels")
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--studies", type=int, help="write a cohort of so many studies, with its cohort.csv")
    kind.add_argument("--stage", choices=STAGES, help="write one study of this stage")
    parser.add_argument("--test-studies", type=int, help="so many test studies in the cohort instead of a fifth of it")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--dicom", choices=VENDORS, metavar="VENDOR", help="write the one study as DICOM too, as a "
                        f"scanner of this maker would: {', '.join(VENDORS)}")  # fmt: skip
    parser.add_argument("--transfer-syntax", choices=TRANSFER_SYNTAXES, default="explicit", help="of the DICOM files")
    parser.add_argument("--zip", action="store_true", help="write the DICOM study as study.zip too")
    options = parser.parse_args()
    if options.dicom and not options.stage:
        parser.error("--dicom goes with --stage: cohorts are NIfTI only")
    if options.test_studies is not None and (options.stage or options.test_studies < 1):
        parser.error("--test-studies: expected at least 1, with --studies")
    if options.stage:
        seed = (options.seed, *LONE_STUDY)
        study = make_study(options.stage, seed)
        write_study(study, options.out)
        if options.dicom:
            # A stream of its own: asking for DICOM does not change the voxels.
            rng = np.random.default_rng((*seed, 1 + list(VENDORS).index(options.dicom)))
            write_dicom_study(study, options.out, options.dicom, rng, options.transfer_syntax, options.zip)
    else:
        print(make_cohort(options.out, options.studies, options.seed, options.processes, options.test_studies))


if __name__ == "__main__":
    main()
