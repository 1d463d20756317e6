"""Anthropic's Messages, one of the dialects (gateway/dialect.py)."""

from gateway.messages.errors import error
from gateway.messages.request import SHAPE, parse
from gateway.messages.stream import renderer
from gateway.messages.whole import whole

__all__ = ["SHAPE", "error", "parse", "renderer", "whole"]
