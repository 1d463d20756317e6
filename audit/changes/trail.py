"""What the audit trail records."""

import json
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.template import Json

TRAIL = ("AWS::CloudTrail::Trail", "AWS::CloudTrail::EventDataStore")
INCLUDED = "IncludeManagementEvents"
EXCLUDED = "ExcludeManagementEventSources"
SELECTORS = ("EventSelectors", "AdvancedEventSelectors", "InsightSelectors")


@on_change("trail-narrowed", category="observability", on=TRAIL, fix="keep the selectors")
def trails_record_as_much(change: Change) -> Iterator[Hazard]:
    """A trail records the events that it recorded."""
    if not change.before or not change.after:
        return
    for name in SELECTORS:
        before, after = _facts(_selectors(change, name)), _facts(change.now(name))
        if lost := sorted(before - after):
            yield Hazard("high", lost, change.now(name), "these events are not recorded any more")
        left_out = _left_out(change.now(name)) - _left_out(change.was(name))
        if left_out and change.was(name):
            why = "what is done through these is not recorded any more"
            yield Hazard("high", None, {EXCLUDED: sorted(left_out)}, why)


def _selectors(change: Change, name: str) -> Json:
    """A trail that selects nothing records all management events, as a new selector must too."""
    was = change.was(name)
    silent = change.resource.type == TRAIL[0] and not any(map(change.was, SELECTORS[:2]))
    return [{INCLUDED: True}] if silent and name == SELECTORS[0] and change.now(name) else was


def _left_out(selectors: Json) -> set[str]:
    found = selectors if isinstance(selectors, list) else []
    return {source for each in found for source in each.get(EXCLUDED) or []}


def _facts(selectors: Json) -> set[str]:
    """What is selected, a text each; the names of selectors say nothing."""
    found: set[str] = set()
    for each in selectors if isinstance(selectors, list) else []:
        if not isinstance(each, Mapping):
            continue
        if _says_of_management(each):
            found |= {f"management events: {kind}" for kind in _kinds(each)}
        for data in each.get("DataResources") or []:
            found |= {
                f"{data.get('Type')} {value} {kind}"
                for value in data.get("Values", [""])
                for kind in _kinds(each)
            }
        if "FieldSelectors" in each:
            found.add(json.dumps(each["FieldSelectors"], sort_keys=True))
        if "InsightType" in each:
            found.add(str(each["InsightType"]))
    return found


def _says_of_management(selector: Mapping[str, Json]) -> bool:
    own = {"DataResources", "ReadWriteType", INCLUDED} & selector.keys()
    return bool(own) and str(selector.get(INCLUDED)).lower() != "false"


def _kinds(selector: Mapping[str, Json]) -> list[str]:
    kind = str(selector.get("ReadWriteType", "All"))
    return ["ReadOnly", "WriteOnly"] if kind == "All" else [kind]
