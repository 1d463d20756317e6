"""A function with nothing but the client: what boto3 alone costs a cold start."""

from typing import Any

import boto3

bedrock = boto3.client("bedrock-runtime")


def handler(event: dict[str, Any], context: Any) -> Any:
    messages = [{"role": "user", "content": [{"text": event["question"]}]}]
    return bedrock.converse(modelId=event["model"], messages=messages)["output"]
