"""Closes gap 1 of local-cloud.md for WAF: a template may put a web ACL before a stage, and log it.

Only recorded: no request is judged, and nothing is logged. GetWebACLForResource knows of it.
"""

from collections.abc import Mapping
from typing import Any

from ministack.services import waf
from ministack.services.cloudformation import provisioners

Properties = Mapping[str, Any]
Provisioned = tuple[str, dict[str, Any]]


def close() -> None:
    """Register both types."""
    handlers, replacing = provisioners._RESOURCE_HANDLERS, provisioners._REPLACING_PROPERTIES
    association, log = "AWS::WAFv2::WebACLAssociation", "AWS::WAFv2::LoggingConfiguration"
    handlers[association] = {"create": _associate, "delete": _dissociate}
    replacing[association] = ("ResourceArn", "WebACLArn")
    handlers[log] = {"create": _log, "delete": _forget}
    replacing[log] = ("ResourceArn",)


def _associate(_: str, properties: Properties, __: str) -> Provisioned:
    resource, acl = properties["ResourceArn"], properties["WebACLArn"]
    waf._associations[resource] = acl
    return f"{resource}|{acl}", {}


def _dissociate(reference: str, _: Properties) -> None:
    resource, acl = reference.split("|")
    # A new association of the same stage comes before the old one goes.
    if waf._associations.get(resource) == acl:
        waf._associations.pop(resource)


def _log(_: str, properties: Properties, __: str) -> Provisioned:
    return properties["ResourceArn"], {}


def _forget(_: str, __: Properties) -> None:
    """Nothing was kept."""
