"""CloudFormation's YAML: short tags become functions, and dates and accounts stay text."""

from typing import Any

import yaml

from audit.errors import Unreadable

# CloudFormation's documentation excludes timestamps and aliases from the YAML that it reads.
TIMESTAMP = "tag:yaml.org,2002:timestamp"


class Loader(yaml.SafeLoader):
    """A safe loader that knows `!Ref` and its like, and refuses what CloudFormation refuses."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise Unreadable("it has a YAML alias, which CloudFormation does not read")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if not isinstance(key, str | int | float) or keys.count(key) > 1:
                raise Unreadable(f"line {node.start_mark.line + 1}: the key {key!r} is not unique")
        return super().construct_mapping(node, deep)


def _function(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value = _construct(loader, node)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


def _construct(loader: Loader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    assert isinstance(node, yaml.ScalarNode)  # YAML has no fourth kind
    return loader.construct_scalar(node)


Loader.add_multi_constructor("!", _function)
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != TIMESTAMP]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(text: str) -> Any:
    """The document as plain values; raises Unreadable."""
    try:
        return yaml.load(text, Loader)
    except yaml.YAMLError as error:
        raise Unreadable(f"it is neither JSON nor YAML: {error}") from error
