"""A function without `respond`: what its handlers return is sent whole."""

import os
import sys


def handler(event, context):
    """What `do` in the event says, with its `given`."""
    return globals()[event["do"]](event.get("given"), context)


def echo(given, context):
    return given


def unicode(given, context):
    return {"text": "返金は34日 — naïve 🙂", "key ü": ["\u0000", '"\\"', "</script>"]}


def nested(given, context):
    return {"a": [1, 2.5, -0.0, 1e300, True, None, {"b": [[], {}]}], "1": {"2": {"3": "4"}}}


def keys(given, context):
    return {1: "one", None: "none", False: "false", 2.5: "half"}


def not_a_number(given, context):
    return [float("nan"), float("inf")]


def unserializable(given, context):
    return {"given": object()}


def half_a_pair(given, context):
    return {"text": "\ud83d"}


def raises(given, context):
    raise ValueError(f"the prompt was: {given}")


def left(given, context):
    return context.get_remaining_time_in_millis()


def request_id(given, context):
    return context.aws_request_id


def trace_id(given, context):
    return os.environ.get("_X_AMZN_TRACE_ID")


def says(given, context):
    """Prints without the end of the line, and without a flush."""
    print(given, end="")


def isolation(given, context):
    return {"flags": [sys.flags.isolated, sys.flags.no_site], "path": sys.path}


def leaves(given, context):
    sys.exit(int(given))
