"""OpenAI's Responses, without anything kept between requests: a dialect (gateway/dialect.py)."""

from gateway.edge import openai_error as error
from gateway.responses.request import SHAPE, parse
from gateway.responses.stream import renderer
from gateway.responses.whole import whole

__all__ = ["SHAPE", "error", "parse", "renderer", "whole"]
