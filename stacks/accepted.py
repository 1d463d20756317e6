"""Write what is accepted where stock tools look for it: on the resource, in tree and template.

cdk-nag 3 and cdk-preflight read acknowledgements from the construct tree; cfn-lint and checkov, and
whoever audits a template, read the resource's metadata.
"""

from collections.abc import Iterator

from aws_cdk import Acknowledgment, CfnResource, Stage, Validations

from config.accepted import Ledger, resource_name

Excuse = tuple[str, str]  # the rule, and why it may find this resource


def accept(platform: Stage, held: Ledger) -> None:
    """Mark every resource of the platform that is excused from a rule there."""
    for construct in platform.node.find_all():
        if not CfnResource.is_cfn_resource(construct):
            continue
        assert isinstance(construct, CfnResource)
        name = resource_name(construct.node.path.removeprefix(f"{platform.node.path}/"))
        naming = [each for each in held.values() if each.names(name)]
        if excuses := [(rule, each.reason) for each in naming for rule in each.rules]:
            _mark(construct, excuses)


def _mark(resource: CfnResource, excuses: list[Excuse]) -> None:
    for tool, metadata in _metadata(excuses):
        resource.add_metadata(tool, metadata)
    for rule, reason in excuses:
        if _is_read_from_tree(rule):
            known_as = f"cdk-preflight::{rule}" if rule.startswith("pf-") else rule
            Validations.of(resource).acknowledge(Acknowledgment(id=known_as, reason=reason))


def _metadata(excuses: list[Excuse]) -> Iterator[tuple[str, dict[str, object]]]:
    """Each tool's own way to say it; `cdk_nag` is what the pack itself writes when asked to."""
    if nag := [{"id": rule, "reason": why} for rule, why in excuses if _is_nag(rule)]:
        yield "cdk_nag", {"rules_to_suppress": nag}
    if checkov := [{"id": rule, "comment": why} for rule, why in excuses if _is_checkov(rule)]:
        yield "checkov", {"skip": checkov}
    if lint := [rule for rule, _ in excuses if _is_lint(rule)]:
        yield "cfn-lint", {"config": {"ignore_checks": lint}}


def _is_checkov(rule: str) -> bool:
    return rule.startswith("CKV")


def _is_lint(rule: str) -> bool:
    return len(rule) == 5 and rule[1:].isdigit()


def _is_nag(rule: str) -> bool:
    return _is_read_from_tree(rule) and not rule.startswith("pf-")


def _is_read_from_tree(rule: str) -> bool:
    return not _is_checkov(rule) and not _is_lint(rule) and not _is_ours(rule)


def _is_ours(rule: str) -> bool:
    """`python -m audit rules` reads the ledger itself."""
    return rule.startswith("BR-")
