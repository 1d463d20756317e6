"""Does CloudFormation leave a resource alone when it goes?"""

from collections.abc import Iterator

from audit.environment import Resource

KEPT = ("Retain", "RetainExceptOnCreate")


def not_retained(resource: Resource) -> Iterator[str]:
    """Each of the two policies that does not keep the resource."""
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if resource.raw.get(policy) not in KEPT:
            yield f"{policy} is {resource.raw.get(policy) or 'not set'}"
