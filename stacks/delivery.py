"""Who may deploy this environment, and where it is written down: roles for workflows, a ledger.

Deployed by hand once, before the first workflow runs: docs/howto/set-up-github.md.
"""

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from components.bucket import Bucket
from components.deploy_role import DeployRole, create_provider
from config import delivery
from config.schema import Environment
from stacks.foundation import Foundation
from stacks.names import bucket_name, store_name

# What `cdk bootstrap` makes, unless it is given another qualifier.
BOOTSTRAP = "cdk-hnb659fds"
ASSUMED = ("deploy-role", "file-publishing-role", "lookup-role")


class Delivery(Stack):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        declared: delivery.Delivery,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id, description="Strata: who may deploy, and the ledger")
        self._environment, self._declared = environment, declared
        ledger = self._ledger(foundation)
        deploy = self._deploy_role(foundation)
        drift = self._drift_role()
        for role in (deploy, drift):
            _let_read(ledger, role)
            foundation.key.grant_decrypt(role)
        deploy.allow(["s3:PutObject"], [ledger.arn_for_objects("*.json")])
        foundation.key.grant_encrypt(deploy)
        if declared.oidc_provider == "create":
            provider = create_provider(self, "GitHub")
            for role in (deploy, drift):
                role.node.add_dependency(provider)
        CfnOutput(self, "Ledger", value=f"s3://{ledger.bucket_name}")

    def _ledger(self, foundation: Foundation) -> Bucket:
        """Its entries are never expired: a ledger without its beginning proves nothing."""
        days = Duration.days(self._declared.ledger_lock_days)
        lock = getattr(s3.ObjectLockRetention, self._declared.ledger_lock)
        return Bucket(
            self,
            "LedgerFiles",
            name=bucket_name(self._environment, "ledger"),
            key=foundation.key,
            access_logs=foundation.access_logs,
            lifecycle_rules=[
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(7))
            ],
            object_lock=lock(days),
        )

    def _deploy_role(self, foundation: Foundation) -> DeployRole:
        """Deploys through CDK's own roles, and asks the API with a key that it makes and ends."""
        name = self._environment.name
        role = DeployRole(
            self,
            "Deploy",
            name=store_name(self._environment, "deploy"),
            repository=self._declared.repository,
            environment=name,
            description=f"Deploys {name} from reviewed commits",
        )
        account = f"{self.account}-{self.region}"
        own = f"arn:{self.partition}:iam::{self.account}:role/{BOOTSTRAP}"
        role.allow(["sts:AssumeRole"], [f"{own}-{each}-{account}" for each in ASSUMED])
        # Reading what is deployed, of this account and no other.
        role.allow(["cloudformation:DescribeStacks", "cloudwatch:DescribeAlarms"], ["*"])
        foundation.keys.grant_issue(role)
        foundation.keys_mac.grant_generate(role)
        return role

    def _drift_role(self) -> DeployRole:
        """Looks at what was made, and never into it."""
        name = self._environment.name
        audits = iam.ManagedPolicy.from_aws_managed_policy_name("SecurityAudit")
        role = DeployRole(
            self,
            "Drift",
            name=store_name(self._environment, "drift"),
            repository=self._declared.repository,
            environment=f"{name}-drift",
            description=f"Compares {name} with its templates",
            managed_policies=[audits],
        )
        verbs = (
            "DescribeStackDriftDetectionStatus",
            "DescribeStackResourceDrifts",
            "DescribeStacks",
            "DetectStackDrift",
            "DetectStackResourceDrift",
            "ListStackResources",
        )
        role.allow([f"cloudformation:{verb}" for verb in verbs], ["*"])
        return role


def _let_read(ledger: Bucket, role: DeployRole) -> None:
    """Versions, too: only they show what was hidden (audit/ledger/bucket.py)."""
    role.allow(["s3:ListBucketVersions"], [ledger.bucket_arn])
    role.allow(["s3:GetObject", "s3:GetObjectVersion"], [ledger.arn_for_objects("*.json")])
