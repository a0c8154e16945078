import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from hepatrain.config import NetworkConfig, TrainingConfig, config_of, read_config

FOLDER = Path(__file__).resolve().parents[1] / "configs"
CONFIGS = sorted(
    path for path in FOLDER.glob("*.json") if not path.stem.endswith("-grid")
)  # grids have a form of their own


def write(folder: Path, content: object) -> Path:
    path = folder / "a.json"
    path.write_text(json.dumps(content))
    return path


def test_what_a_file_leaves_out_is_the_default(tmp_path):
    path = write(tmp_path, {"network": {"encoder": "resnet18", "widths": [1, 2, 3, 4, 5]}, "training": {"noise": 0}})
    network, training = read_config(path)
    assert network == replace(NetworkConfig(), encoder="resnet18", widths=(1, 2, 3, 4, 5))
    assert training == replace(TrainingConfig(), noise=0.0)
    assert type(training.noise) is float
    assert read_config(write(tmp_path, {})) == (NetworkConfig(), TrainingConfig())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"network": {"fusoin": True}}, r"a\.json, network: fusoin is unknown; expected one of encoder, input, fusion"),
        ({"network": {"fusion": 1}}, r"a\.json, network: fusion: expected true or false, received 1"),
        ({"network": {"pooling": "median"}}, "pooling: expected one of mean, max, gated, received 'median'"),
        ({"network": {"widths": [1, 2, 3]}}, r"widths: expected 5 positive integers, received \[1, 2, 3\]"),
        ({"network": {"widths": [1, 2, 3, 4, 5.5]}}, "widths: expected an integer, received 5.5"),
        ({"network": {"token": 30}}, "token: expected a multiple of heads, received 30"),
        ({"training": {"epochs": True}}, r"a\.json, training: epochs: expected an integer, received True"),
        ({"training": {"epochs": 0}}, "epochs: expected at least 1, received 0"),
        ({"training": {"warmup": 1.5}}, "warmup: expected between 0 and 1, received 1.5"),
        ({"training": {"sequences": "T2W+T1W"}}, r"sequences: expected one of T1W, T2W, T1W\+T2W, received 'T2W\+T1W'"),
        ({"trainign": {}}, r"a\.json: expected the keys network and training, received trainign"),
        ([], r"a\.json: expected the keys network and training, received anything but an object"),
    ],
)
def test_a_wrong_file_is_refused_with_its_key(tmp_path, content, message):
    with pytest.raises(ValueError, match=message):
        read_config(write(tmp_path, content))


def test_json_takes_a_configuration_there_and_back():
    network = NetworkConfig(encoder="densenet121", widths=(8, 8, 8, 8, 8), pooling="max", dropout=0.0)
    assert config_of(NetworkConfig, json.loads(json.dumps(asdict(network))), "here") == network
    training = TrainingConfig(sequences="T2W", amp=False, scale=0.6)
    assert config_of(TrainingConfig, json.loads(json.dumps(asdict(training))), "here") == training


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_the_presets_are_valid(path):
    read_config(path)
