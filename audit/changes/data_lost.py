"""Data that goes with its resource: removed, renamed, moved, or replaced by a new and empty one."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.finding import SEVERITIES
from audit.stateful import loss, physical_name

DELETE, SNAPSHOT = "Delete", "Snapshot"
# Of what the schemas say that it may replace, the reference says that these always do, for one
# that exists, and that these only interrupt it.
REPLACING = {
    "AvailabilityZone",
    "DBClusterSnapshotIdentifier",
    "DBSnapshotIdentifier",
    "Engine",
    "MasterUsername",
    "SourceDBInstanceIdentifier",
}
INTERRUPTING = {
    "AutoMinorVersionUpgrade",
    "BackupRetentionPeriod",
    "DBParameterGroupName",
    "EbsOptimized",
    "InstanceType",
    "MultiAZ",
    "PreferredMaintenanceWindow",
    "SecurityGroupIds",
    "StorageType",
    "UserData",
}
# What else a new and empty one of a type means.
INGESTED = "; every document is ingested again, and paid for"
AFTERWARDS = {"AWS::Bedrock::KnowledgeBase": INGESTED, "AWS::Bedrock::DataSource": INGESTED}


@on_change(
    "data-lost",
    category="data",
    fix="keep the logical id and the create-only properties, or set Retain, move the data and "
    "import the resource (`cdk import`, `cdk refactor`)",
)
def data_survives(change: Change) -> Iterator[Hazard]:
    """A resource that holds data is neither removed nor replaced."""
    if not change.before or not (severity := loss(change.before)):
        return
    if not change.after:
        yield _removed(change, severity)
    elif change.renamed:
        yield _renamed(change, severity)
    elif change.replaced_by:
        yield _replaced(change, severity)
    elif change.maybe_replaced_by:
        yield _maybe_replaced(change, severity)


def _removed(change: Change, severity: str) -> Hazard:
    assert change.before
    match change.before.deletion_policy:
        case "Delete":
            return Hazard(
                severity, change.before.type, "removed", "what it holds is deleted with it"
            )
        case "Snapshot":
            why = "only a snapshot is left of what it holds"
            return Hazard(_at_most("high", severity), change.before.type, "removed", why)
    why = "it stays in the account, but no stack manages it any more"
    return Hazard("medium", change.before.type, "removed (retained)", why)


def _renamed(change: Change, severity: str) -> Hazard:
    assert change.before and change.after
    before, after = change.before.name, change.after.name
    afterwards = AFTERWARDS.get(change.before.type, "")
    if change.before.deletion_policy == DELETE:
        why = "CloudFormation knows it by its logical id: it deletes the old and makes an empty one"
        return Hazard(severity, before, after, f"{why}{afterwards}")
    if physical_name(change.before) and physical_name(change.before) == physical_name(change.after):
        why = "the old one stays under the same name, so the deployment must import it or fail"
        return Hazard("medium", before, after, why)
    why = "the old one is left behind unmanaged, and the new one is empty"
    return Hazard(_at_most("high", severity), before, after, f"{why}{afterwards}")


def _replaced(change: Change, severity: str) -> Hazard:
    assert change.before and change.after
    properties = change.replaced_by
    before = {each: change.was(each) for each in properties}
    after = {each: change.now(each) for each in properties}
    cause = f"a change of {', '.join(properties)} replaces it"
    cause += AFTERWARDS.get(change.before.type, "")
    if change.after.replace_policy == DELETE:
        return Hazard(severity, before, after, f"{cause}, and what it holds is deleted")
    why = f"{cause}: the new one is empty, the old one left behind"
    return Hazard(_at_most("high", severity), before, after, why)


def _maybe_replaced(change: Change, severity: str) -> Hazard:
    properties = change.maybe_replaced_by
    return Hazard(
        _chance(change, properties, severity),
        {each: change.was(each) for each in properties},
        {each: change.now(each) for each in properties},
        f"a change of {', '.join(properties)} may replace it, depending on the values",
        "read the property's update behaviour in the CloudFormation reference of the type",
    )


def _at_most(bar: str, severity: str) -> str:
    """The less grave of both."""
    return max(bar, severity, key=SEVERITIES.index)


def _chance(change: Change, properties: list[str], severity: str) -> str:
    """As grave as the loss, a step less, where the reference says that these values replace it."""
    if severity == "critical" and not REPLACING.isdisjoint(properties):
        return "high"
    return "low" if all(each in INTERRUPTING for each in properties) else "medium"
