"""What must survive, for every other stack: the two KMS keys, the tables and the access logs."""

from aws_cdk import Stack
from constructs import Construct

from components.access_log_bucket import AccessLogBucket
from components.encryption_key import EncryptionKey
from components.mac_key import MacKey
from components.table import Table
from config.schema import Environment
from stacks.names import bucket_name, bucket_prefix, store_name


class Foundation(Stack):
    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id, description="Strata: keys, tables, access logs")

        self.key = EncryptionKey(self, "Key", alias=store_name(environment, "data"))
        self.access_logs = AccessLogBucket(
            self,
            "AccessLogs",
            name=bucket_name(environment, "access-logs"),
            sources=bucket_prefix(environment),
            retention_days=environment.api.log_retention_days,
        )
        self.keys = Table(
            self, "Keys", name=store_name(environment, "keys"), key=self.key, hash="key_hash"
        )
        self.keys_mac = MacKey(self, "KeysMac", alias=store_name(environment, "keys"))
        self.usage = Table(
            self,
            "Usage",
            name=store_name(environment, "usage"),
            key=self.key,
            hash="tenant",
            range="month",
        )
        self.answers = Table(
            self,
            "Answers",
            name=store_name(environment, "answers"),
            key=self.key,
            hash="key",
            time_to_live="expires_at",
        )
