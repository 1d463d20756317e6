"""Small packages as `make models` installs them, written by the test that needs them."""

import json
from pathlib import Path

SOURCES = """
[availability]
package = "bedrock-models"
version = "0.1"
retrieved = 2026-11-01
models = "bedrock_models/models.json"
changed = "bedrock_models/changed.json"
purpose = "where"

[prices]
package = "litellm"
version = "1.2"
retrieved = 2026-11-02
models = "litellm/prices.json"
purpose = "how much"
forbidden = ["6.6"]
"""
OVERRIDES = """
reviewed = 2026-11-03
rule = []

[providers]
acme = "Acme"

[[leave_out]]
outputs = ["IMAGE"]
source = "here"
reason = "no pictures"
"""


def model(**differences):
    """What bedrock-models says about a chat model in one region, with differences."""
    said = {
        "inference_types": {"us-east-1": ["ON_DEMAND"]},
        "model_lifecycle_status": "ACTIVE",
        "inputModalities": ["TEXT"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": True,
        "runtime_supported": True,
    }
    return {**said, **differences}


def price(input=1e-06, output=2e-06, **differences):
    """What the price map says about a chat model, with differences."""
    said = {
        "mode": "chat",
        "max_input_tokens": 1000,
        "max_output_tokens": 100,
        "input_cost_per_token": input,
        "output_cost_per_token": output,
        "source": "https://prices",
    }
    return {**said, **differences}


class Installed:
    """A target directory of `uv pip install`, and the three files of the repository beside it."""

    def __init__(self, home: Path):
        self.packages, self.target = home / "packages", home / "models.toml"
        self.sources, self.overrides = home / "sources.toml", home / "overrides.toml"
        self.sources.write_text(SOURCES)
        self.overrides.write_text(OVERRIDES)
        self.version("bedrock-models", "0.1")
        self.version("litellm", "1.2")

    def version(self, name: str, version: str):
        for old in self.packages.glob(f"{name.replace('-', '_')}-*"):
            (old / "METADATA").unlink()
            old.rmdir()
        info = self.packages / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")

    def holds(self, models, prices):
        changed = {id: {"last_changed": "2026-10-01"} for id in models}
        self._write("bedrock_models/models.json", models)
        self._write("bedrock_models/changed.json", changed)
        self._write("litellm/prices.json", prices)
        return self

    def corrected(self, rules: str):
        self.overrides.write_text(OVERRIDES.replace("rule = []", "") + rules)
        return self

    def files(self):
        return {"target": self.target, "overrides": self.overrides, "sources": self.sources}

    def _write(self, name, content):
        path = self.packages / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))
