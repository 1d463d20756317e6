"""What is the account's and not ours: access to models, made for an environment that asks for it.

A stack of its own, because a wait that ends in failure must not roll the gateway back.
"""

from aws_cdk import Stack
from constructs import Construct

from components.handler_code import HandlerCode
from components.model_access import ModelAccess
from config.access import Access as Consent
from config.schema import Environment
from stacks.foundation import Foundation


class Access(Stack):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        consent: Consent,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id, description="Strata: the account's access to models")
        ModelAccess(
            self,
            "ModelAccess",
            access=consent,
            models=environment.models,
            # The task reads no settings, so that it changes with the code alone.
            code=HandlerCode(self, "Code", settings={}),
            key=foundation.key,
            log_retention_days=environment.api.log_retention_days,
        )
