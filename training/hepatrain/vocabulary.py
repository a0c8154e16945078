"""The words that data, network and package share."""

STAGES = ("mild", "moderate", "severe")
"""Stage labels, mildest first: their order is the order of every probability vector."""

SEQUENCES = ("T1W", "T2W")
"""MR sequences, in the order of every presence mask."""

VARIANTS = ("body", "liver")
"""How slices are placed: over the body's centre, or over the box of a liver mask."""

SPLITS = ("train", "valid", "test")
"""Groups of studies; a study is in one of them, with all of its volumes."""

INPUTS = {"T1W": (True, False), "T2W": (False, True), "T1W+T2W": (True, True)}
"""What a study may bring, as presence of T1W and T2W: the rows of the stager's `probabilities`."""
