"""Keeps knowledge bases equal to their documents: every change in S3 leads to an ingestion job.

S3 tells EventBridge, EventBridge the queue, the queue a task, which batches for 30 seconds.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from aws_cdk import CustomResource, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from components.encryption_key import grant_use
from components.handler_code import HandlerCode
from components.knowledge_base import KnowledgeBase
from components.task import Task

TIMEOUT = Duration.minutes(1)
# Lambda wants six times the function's time, and the window, before a message is seen again.
VISIBILITY = Duration.seconds(6 * 60 + 30)
WINDOW = Duration.seconds(30)
AT_ONCE = 2  # the least that a queue's reader may be
FIRST_SYNC = Duration.minutes(15)
CHANGES = ["Object Created", "Object Deleted"]
NIGHTLY = "cron(30 2 * * ? *)"  # UTC
EVERYTHING = '{"sync": "all"}'

Rule = events.CfnRule


class Synced(NamedTuple):
    """A data source as the tasks know it: tasks/sources.py."""

    name: str
    base: KnowledgeBase
    source: str
    bucket: str
    prefix: str

    @property
    def told(self) -> dict[str, str]:
        return {
            "name": self.name,
            "base": self.base.id,
            "source": self.source,
            "bucket": self.bucket,
            "prefix": self.prefix,
        }


class KnowledgeSync(Construct):
    """The queue, what fills it, what empties it, and the first sync of a new knowledge base."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: str,
        dead_letters: str,
        synced: Mapping[str, Synced],
        code: HandlerCode,
        key: kms.IKey,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id)
        failed = _queue(self, "DeadLetters", key, name=dead_letters)
        self._queue = _queue(self, "Queue", key, dead_letters=failed)
        self._tell_of_changes(synced.values(), failed)
        task = Task(
            self,
            "Task",
            module="knowledge_sync",
            code=code,
            key=key,
            log_retention_days=log_retention_days,
            timeout=TIMEOUT,
            at_once=AT_ONCE,
        )
        told = {name: each.told for name, each in synced.items()}
        task.function.add_environment("SOURCES", Stack.of(self).to_json_string(told))
        task.function.add_environment("QUEUE_URL", self._queue.queue_url)
        task.function.add_environment("ENVIRONMENT", environment)
        _allow(task, synced.values(), "StartIngestionJob", "GetIngestionJob")
        _allow(task, synced.values(), "ListKnowledgeBaseDocuments")
        task.allow("sqs:SendMessage", on=self._queue.queue_arn)
        grant_use(key, task.role)
        self._queue.grant_consume_messages(task.role)
        lambda_.EventSourceMapping(
            self,
            "Batches",
            target=task.function,
            event_source_arn=self._queue.queue_arn,
            batch_size=1_000,
            max_batching_window=WINDOW,
            max_concurrency=AT_ONCE,
            report_batch_item_failures=True,
        )
        self.first = _first_sync(self, synced.values(), code, key, log_retention_days)

    def _tell_of_changes(self, synced: Iterable[Synced], failed: sqs.Queue) -> None:
        prefixes = sorted({each.prefix for each in synced})
        pattern = {
            "source": ["aws.s3"],
            "detail-type": CHANGES,
            "detail": {
                "bucket": {"name": list(dict.fromkeys(each.bucket for each in synced))},
                "object": {"key": [{"prefix": prefix} for prefix in prefixes]},
            },
        }
        # CDK's own target lets EventBridge use the key whoever it works for, so not that one.
        rules = [
            Rule(self, "Changes", event_pattern=pattern, targets=[self._target(failed)]),
            Rule(
                self,
                "Nightly",
                schedule_expression=NIGHTLY,
                targets=[self._target(failed, input=EVERYTHING)],
            ),
        ]
        for queue in (self._queue, failed):
            queue.add_to_resource_policy(_sending(queue, rules))

    def _target(self, failed: sqs.Queue, input: str | None = None) -> Rule.TargetProperty:
        """Our queue, or the dead letters when EventBridge may not write there."""
        undelivered = Rule.DeadLetterConfigProperty(arn=failed.queue_arn)
        return Rule.TargetProperty(
            arn=self._queue.queue_arn, id="Queue", input=input, dead_letter_config=undelivered
        )


def _sending(queue: sqs.Queue, rules: Iterable[Rule]) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal("events.amazonaws.com")],
        actions=["sqs:SendMessage"],
        resources=[queue.queue_arn],
        conditions={"ArnEquals": {"aws:SourceArn": [rule.attr_arn for rule in rules]}},
    )


def _queue(
    scope: Construct,
    id: str,
    key: kms.IKey,
    *,
    name: str | None = None,
    dead_letters: sqs.Queue | None = None,
) -> sqs.Queue:
    return sqs.Queue(
        scope,
        id,
        queue_name=name,
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        enforce_ssl=True,
        visibility_timeout=VISIBILITY,
        retention_period=Duration.days(14),
        dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=5)
        if dead_letters
        else None,
    )


def _first_sync(
    scope: Construct,
    synced: Iterable[Synced],
    code: HandlerCode,
    key: kms.IKey,
    log_retention_days: int,
) -> CustomResource:
    task = Task(
        scope,
        "First",
        module="first_sync",
        code=code,
        key=key,
        log_retention_days=log_retention_days,
        timeout=FIRST_SYNC,
    )
    jobs = ("StartIngestionJob", "GetIngestionJob", "StopIngestionJob", "ListIngestionJobs")
    _allow(task, synced, *jobs)
    resource = task.make(scope, "FirstSync", {"Sources": [each.told for each in synced]})
    # Its deletion stops jobs, which needs the rights as long as it lasts.
    resource.node.add_dependency(task.role)
    return resource


def _allow(task: Task, synced: Iterable[Synced], *verbs: str) -> None:
    for arn in dict.fromkeys(each.base.base.attr_knowledge_base_arn for each in synced):
        task.allow(*(f"bedrock:{verb}" for verb in verbs), on=arn)
