"""Folds of patients, the same for every sequence."""

from collections.abc import Iterable

import numpy as np

from hepatrain.radiomics.tables import FeatureTable

FOLDS = 5


def assign_folds(tables: Iterable[FeatureTable], seed: int) -> dict[str, int]:
    """A fold for each patient of any table, stratified by stage × the sequences that the patient has.

    Patients are shuffled, sorted by stratum and dealt out in turn: strata too small for every fold still even out.
    """
    strata: dict[str, tuple[int, str]] = {}
    for table in tables:
        for patient, stage in zip(table.patients, table.stages, strict=True):
            strata[patient] = (int(stage), strata.get(patient, (0, ""))[1] + table.sequence)
    patients = sorted(strata)
    order = [patients[i] for i in np.random.default_rng(seed).permutation(len(patients))]
    return {patient: place % FOLDS for place, patient in enumerate(sorted(order, key=strata.__getitem__))}
