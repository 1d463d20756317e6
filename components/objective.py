"""What calls people: one composite alarm for each promise to the tenants, over all that tells."""

from collections.abc import Iterable

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from components.alarm import Alarm
from components.notices import Notices


class Objective(cloudwatch.CfnCompositeAlarm):
    """In alarm while any of its alarms is; who is called is told so, and that it is over."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        description: str,
        alarms: Iterable[Alarm],
        notices: Notices,
    ) -> None:
        watched = list(alarms)
        super().__init__(
            scope,
            id,
            alarm_name=name,
            alarm_description=description,
            alarm_rule=" OR ".join(f'ALARM("{alarm.alarm_name}")' for alarm in watched),
            alarm_actions=[notices.topic_arn],
            ok_actions=[notices.topic_arn],
        )
        for alarm in watched:  # the rule knows them by name alone
            self.add_resource_dependency(alarm)
