import numpy as np

from hepatrain.honesty import honesty, page, without_temperature
from hepatrain.intervals import Estimate
from hepatrain.predictions import table_of
from hepatrain.unseen import Kind
from hepatrain.vocabulary import STAGES

rng = np.random.default_rng(0)


def answers(count: int):
    """Of a model that knows the probabilities, softened by a temperature of 2."""
    logits = rng.normal(0, 1.5, (count, 3))
    true = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    facts = {"split": "test", "variant": "liver", "input": "T1W", "heat_in_liver": 0.4, "liver_in_slices": 0.2}
    rows = (
        {
            **facts,
            "study": f"s{n}",
            "patient": f"s{n}",
            "stage": int(rng.choice(3, p=p)),
            "probabilities": p,
            "distance": 1.0,
        }
        for n, p in enumerate(true)
    )
    return table_of(rows)


MANIFEST = {
    "name": "a",
    "version": "1.0.0",
    "calibration": {"temperature": 2.0, "fittedOn": "others"},
    "stageSets": {"level": 0.9, "thresholds": [{"input": "T1W", "threshold": 0.9}]},
    "distribution": {"thresholds": [{"sequence": "T1W", "threshold": 1.5}]},
}


def test_the_temperature_is_taken_back():
    logits = rng.normal(0, 3, (50, 3))
    soft, raw = (np.exp(x) / np.exp(x).sum(1, keepdims=True) for x in (logits / 1.7, logits))
    np.testing.assert_allclose(without_temperature(soft, 1.7), raw, atol=1e-9)


def test_every_promise_is_measured():
    brains = Kind("T1W", "brains", 3, Estimate(0.9, 0.8, 1.0), median=4.0, beyond=2 / 3)
    found = honesty(MANIFEST, answers(400), [brains])
    raw, calibrated = found["confidence"]
    assert (raw["calibrated"], calibrated["calibrated"]) == ("no", "yes")
    assert raw["log_loss"]["value"] > calibrated["log_loss"]["value"] + 0.05
    assert [row["stage"] for row in found["stageSets"]] == ["all", *STAGES]
    assert found["stageSets"][0]["coverage"] > 0.9
    assert found["heatInLiverToChance"]["T1W"]["value"] == 2.0
    words = page(found, [brains], "made-up studies", ["command"])
    assert "| T1W | all |" in words
    assert "T1W 1.50" in words
    assert "| T1W | brains | 3 | 4.00 | 66.7% | 0.900 (0.800 to 1.000) |" in words
