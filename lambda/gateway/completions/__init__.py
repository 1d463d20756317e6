"""OpenAI's Chat Completions, one of the dialects (gateway/dialect.py)."""

from gateway.completions.request import SHAPE, parse
from gateway.completions.stream import renderer
from gateway.completions.whole import whole
from gateway.edge import openai_error as error

__all__ = ["SHAPE", "error", "parse", "renderer", "whole"]
