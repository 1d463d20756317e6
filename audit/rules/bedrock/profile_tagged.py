"""The bill tells models apart by the tags of profiles, and by nothing else."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.registry import rule


@rule(
    "BR-PROFILE-TAGGED",
    on="AWS::Bedrock::ApplicationInferenceProfile",
    severity="low",
    category="cost",
    fix="add Tags, and activate their keys as cost allocation tags",
)
def profiles_are_tagged(profile: Resource, _: Environment) -> Iterator[str]:
    """An application inference profile is tagged, so that its cost can be told."""
    if not profile.list_at("Tags"):
        yield "it has no Tags"
