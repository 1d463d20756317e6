"""Ways to cut the same documents, as an environment declares them and as Bedrock is told them."""

from collections.abc import Mapping
from typing import Any

Configuration = Mapping[str, Any]


def fixed(most: int, overlap: int) -> Configuration:
    return {
        "chunkingStrategy": "FIXED_SIZE",
        "fixedSizeChunkingConfiguration": {"maxTokens": most, "overlapPercentage": overlap},
    }


def hierarchical(parent: int, child: int, overlap: int) -> Configuration:
    return {
        "chunkingStrategy": "HIERARCHICAL",
        "hierarchicalChunkingConfiguration": {
            "levelConfigurations": [{"maxTokens": parent}, {"maxTokens": child}],
            "overlapTokens": overlap,
        },
    }


def semantic(most: int, buffer: int, percentile: int) -> Configuration:
    return {
        "chunkingStrategy": "SEMANTIC",
        "semanticChunkingConfiguration": {
            "maxTokens": most,
            "bufferSize": buffer,
            "breakpointPercentileThreshold": percentile,
        },
    }


COMPARED: Mapping[str, Configuration] = {
    "fixed 60, 15 %": fixed(60, 15),
    "fixed 120, 15 %": fixed(120, 15),
    "fixed 300, 20 %": fixed(300, 20),
    "hierarchical 600 / 100, 20": hierarchical(600, 100, 20),
    "hierarchical 300 / 60, 15": hierarchical(300, 60, 15),
    "semantic 200, 1, 95": semantic(200, 1, 95),
    "semantic 100, 1, 80": semantic(100, 1, 80),
    "none": {"chunkingStrategy": "NONE"},
}
