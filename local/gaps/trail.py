"""Closes gap 1 of local-cloud.md for CloudTrail: a template may make a trail.

Only recorded: the trail and its event selectors are kept and read back as they were declared, and
no event is written anywhere.
"""

import json
from collections.abc import Mapping
from typing import Any

from ministack.services import cloudtrail, s3
from ministack.services.cloudformation import provisioners

Properties = Mapping[str, Any]
Provisioned = tuple[str, dict[str, Any]]
RENAMED = {"KMSKeyId": "KmsKeyId", "TrailName": "Name"}
FLAGS = frozenset(
    {"EnableLogFileValidation", "IsMultiRegionTrail", "IncludeGlobalServiceEvents", "IsLogging"}
)


def close() -> None:
    """Register the type."""
    provisioners._RESOURCE_HANDLERS["AWS::CloudTrail::Trail"] = {
        "create": _create,
        "update": _update,
        "delete": _delete,
    }
    provisioners._REPLACING_PROPERTIES["AWS::CloudTrail::Trail"] = ("TrailName",)


def _create(logical_id: str, properties: Properties, stack: str) -> Provisioned:
    name = properties.get("TrailName") or provisioners._physical_name(stack, logical_id)
    if properties["S3BucketName"] not in s3._buckets:
        raise ValueError(f"S3 bucket {properties['S3BucketName']} does not exist")
    _asked(cloudtrail._create_trail, {**_members(properties), "Name": name})
    return _configured(name, properties)


def _update(name: str, _: Properties, properties: Properties, __: str) -> Provisioned:
    return _configured(name, properties)


def _delete(name: str, _: Properties) -> None:
    if name in cloudtrail._trails:
        _asked(cloudtrail._delete_trail, {"Name": name})


def _configured(name: str, properties: Properties) -> Provisioned:
    # CreateTrail leaves some members out that UpdateTrail takes.
    made = _asked(cloudtrail._update_trail, {**_members(properties), "Name": name})
    if selectors := properties.get("AdvancedEventSelectors"):
        chosen = {"TrailName": name, "AdvancedEventSelectors": selectors}
        _asked(cloudtrail._put_event_selectors, chosen)
    start = _members(properties).get("IsLogging", True)
    _asked(cloudtrail._start_logging if start else cloudtrail._stop_logging, {"Name": name})
    return name, {"Arn": made["TrailARN"], "SnsTopicArn": made.get("SnsTopicARN", "")}


def _members(properties: Properties) -> dict[str, Any]:
    return {
        RENAMED.get(name, name): str(value).lower() == "true" if name in FLAGS else value
        for name, value in properties.items()
    }


def _asked(operation: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    status, _, answer = operation(dict(body))
    told: dict[str, Any] = json.loads(answer or b"{}")
    if status >= 400:
        raise ValueError(f"{told.get('__type')}: {told.get('message')}")
    return told
