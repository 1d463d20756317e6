"""`python -m operate knowledge sync`: a folder goes to where a knowledge base reads it."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from config.knowledge import KnowledgeBase
from config.load import load_environment
from config.schema import Environment
from operate import handlers
from operate.at_once import patient_client
from operate.errors import OperateError
from operate.knowledge import waiting
from operate.knowledge.bucket import HOWTO, NotDeleted, Place, Plan, compare, delete, upload
from operate.knowledge.deployed import declared_base, find_deployed
from operate.knowledge.limits import METADATA
from operate.knowledge.metadata_table import read_table
from operate.knowledge.progress import bar
from operate.knowledge.wanted import Wanted, wanted
from operate.preflight.account import Account, boto3_client

SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--prefix", help="which of its prefixes (default: the only one)")
    add("--metadata", type=Path, metavar="TABLE", help="CSV: document, groups, attributes")
    add("--delete", action="store_true", help="also delete what the folder does not hold")
    add("--yes", action="store_true", help="delete without asking")
    add("--dry-run", action="store_true", help="say what would change, and change nothing")
    add("--wait", action="store_true", help="until the index has it; exits with 1 if some failed")


def run(given: argparse.Namespace) -> int:
    """0 if the prefix is as the folder; raises OperateError for everything that is wrong."""
    environment = load_environment(given.env)
    base = declared_base(environment, given.base)
    place = _place(environment, base, _prefix(base, given))
    table = read_table(given.metadata) if given.metadata else {}
    documents = wanted(given.folder, base, table, place.uri)
    s3 = patient_client("s3", environment.region)
    plan = compare(s3, place, documents.items)
    gone = plan.gone if given.delete else ()
    _say(plan, gone, documents)
    failed: dict[str, str] = {}
    if not given.dry_run:
        if gone and not given.yes:
            _confirm(gone)
        failed = _carry_out(given, environment, place, plan, gone, s3)
    _tell(given, plan, gone, documents, failed)
    return int(bool(failed))


def _place(environment: Environment, base: KnowledgeBase, prefix: str) -> Place:
    others = (
        each
        for one in environment.knowledge_bases.values()
        if one is not base and one.bucket == base.bucket
        for each in one.prefixes
    )
    inside = tuple(each for each in others if each.startswith(prefix) and each != prefix)
    if base.bucket:
        Account(environment.region, boto3_client).check_identity(environment.account)
    bucket = base.bucket or handlers.output(
        environment, boto3_client, "Knowledge", "DocumentsBucket", howto=HOWTO
    )
    return Place(bucket, prefix, environment.account, inside)


def _prefix(base: KnowledgeBase, given: argparse.Namespace) -> str:
    if base.managed:
        return given.prefix or ""  # it reads the whole bucket
    if given.prefix is None and len(base.prefixes) == 1:
        return base.prefixes[0]
    if given.prefix in base.prefixes:
        return str(given.prefix)
    declared = list(base.prefixes)
    raise OperateError(f"--prefix {given.prefix!r} is none that {given.base} reads: {declared}")


def _confirm(gone: Sequence[str]) -> None:
    if not sys.stdin.isatty():
        raise OperateError(f"{len(gone)} objects would be deleted: say so with --yes")
    sys.stderr.write(f"Delete {len(gone)} objects? A version of each is kept. [y/N] ")
    if input().strip().lower() not in ("y", "yes"):
        raise OperateError("nothing was uploaded, and nothing deleted")


def _carry_out(
    given: argparse.Namespace,
    environment: Environment,
    place: Place,
    plan: Plan,
    gone: Sequence[str],
    s3: Any,
) -> dict[str, str]:
    """Upload, delete, and wait if asked; the documents that the index could not read."""
    if not given.wait:
        _transfer(s3, place, plan, gone)
        return {}
    deployed = find_deployed(environment, given.base, boto3_client)
    agent = patient_client("bedrock-agent", environment.region)
    source = waiting.find_source(agent, deployed.id, place.prefix)
    before = waiting.states(agent, source)
    _transfer(s3, place, plan, gone)
    sure = [each.name for each in plan.upload if each.name not in plan.unsure]
    names = {name.removesuffix(METADATA) for name in sure}
    lost = {name for name in gone if not name.endswith(METADATA)}
    # A document whose metadata alone is gone is read again as well.
    names |= {name.removesuffix(METADATA) for name in gone if name.endswith(METADATA)} - lost
    return waiting.wait(
        lambda: waiting.states(agent, source),
        before,
        [place.uri + name for name in sorted(names)],
        [place.uri + name for name in sorted(lost)],
    )


def _transfer(s3: Any, place: Place, plan: Plan, gone: Sequence[str]) -> None:
    try:
        with bar(plan.bytes) as sent:
            upload(s3, place, plan.upload, sent)
        delete(s3, place, gone)
    except KeyboardInterrupt:
        raise OperateError(
            "interrupted; what was uploaded is kept: the same command again does the rest"
        ) from None
    except OSError as error:
        raise OperateError(f"a document changed meanwhile: {error}; sync again") from None
    except NotDeleted as error:
        raise OperateError(f"S3 did not delete {error}; the same command again tries") from None


def _say(plan: Plan, gone: Sequence[str], documents: Wanted) -> None:
    """What will be done and what is odd, before it is done."""
    _list("upload", [each.name for each in plan.upload])
    _list("delete", gone)
    _list("left out (hidden, or a link)", documents.left_out)
    for warning in documents.warnings:
        print(f"warning: {warning}", file=sys.stderr)


def _list(what: str, names: Sequence[str]) -> None:
    for name in names[:SHOWN]:
        print(f"{what}: {name}", file=sys.stderr)
    if len(names) > SHOWN:
        print(f"{what}: and {len(names) - SHOWN} more", file=sys.stderr)


def _tell(
    given: argparse.Namespace,
    plan: Plan,
    gone: Sequence[str],
    documents: Wanted,
    failed: dict[str, str],
) -> None:
    outcome = {
        "dry_run": given.dry_run,
        "uploaded": [each.name for each in plan.upload],
        "bytes": plan.bytes,
        "unchanged": plan.unchanged,
        "deleted": list(gone),
        "kept": [] if given.delete else list(plan.gone),
        "left_out": list(documents.left_out),
        "warnings": list(documents.warnings),
        "failed": failed,
    }
    if given.json:
        print(json.dumps(outcome, indent=2, ensure_ascii=False))
        return
    would = "would be " if given.dry_run else ""
    print(
        f"{would}uploaded: {len(plan.upload)} ({plan.bytes:,} bytes), {would}deleted: {len(gone)}, "
        f"unchanged: {plan.unchanged}"
    )
    if outcome["kept"]:
        print(f"in the bucket but not in the folder: {len(plan.gone)}; --delete deletes them")
    for name, reason in failed.items():
        print(f"failed: {name}: {reason}")
