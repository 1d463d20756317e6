"""What must survive, for every other stack: the key, and the tables of API keys and of usage."""

from aws_cdk import Stack
from constructs import Construct

from components.encryption_key import EncryptionKey
from components.table import Table
from config.schema import Environment
from stacks.names import store_name


class Foundation(Stack):
    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id, description="Strata: the key and the tables")

        self.key = EncryptionKey(self, "Key", alias=store_name(environment, "data"))
        self.keys = Table(
            self, "Keys", name=store_name(environment, "keys"), key=self.key, hash="key_hash"
        )
        self.usage = Table(
            self,
            "Usage",
            name=store_name(environment, "usage"),
            key=self.key,
            hash="tenant",
            range="month",
        )
