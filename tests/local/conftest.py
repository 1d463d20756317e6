"""One embedded AWS for the whole session: its own home, ports and authority; ended at the end."""

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from config.load import load_environment
from local import processes
from local.client_environment import client_environment
from local.keys import issue_key
from local.platform_file import Deployed
from local.state import Home
from local.up import deploy_platform

REGION = "us-east-1"
ACCOUNT = "000000000000"


@dataclass
class Cloud:
    """The running cloud, with stock clients that reach it over TLS."""

    home: Home
    environment: Mapping[str, str]
    _session: Any = field(default_factory=boto3.session.Session)
    _open: dict[Any, Any] = field(default_factory=dict)

    def client(self, service: str, region: str = REGION, **options: Any) -> Any:
        """A boto3 client of the account's root, or of the keys that the options name."""
        known = (service, region, *sorted(options.items()))
        if known not in self._open:
            root = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
            self._open[known] = self._session.client(
                service,
                region_name=region,
                endpoint_url=self.environment["AWS_ENDPOINT_URL"],
                verify=str(self.home.ca_file),
                config=Config(retries={"total_max_attempts": 1}, proxies={}),
                **{**root, **options},
            )
        return self._open[known]

    def role(self, name: str, *statements: Mapping[str, Any], service: str = "") -> str:
        """A role with these permissions and no more; its ARN. Trusts the account or a service."""
        principal = {"Service": service} if service else {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        trust = [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]
        iam = self.client("iam")
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust))
        allowed = [{"Effect": "Allow", **statement} for statement in statements]
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=_document(allowed))
        return str(made["Role"]["Arn"])

    def client_as(self, role_arn: str, service: str) -> Any:
        """A client with the role's permissions."""
        assumed = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")
        keys = assumed["Credentials"]
        return self.client(
            service,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )

    def deploy(self, stack: str, resources: Mapping[str, Any], **outputs: Any) -> dict[str, str]:
        """Create or update a stack through CloudFormation; its outputs."""
        cloudformation = self.client("cloudformation")
        template = {
            "Resources": resources,
            "Outputs": {name: {"Value": value} for name, value in outputs.items()},
        }
        known = [one["StackName"] for one in cloudformation.describe_stacks()["Stacks"]]
        verb = "update" if stack in known else "create"
        getattr(cloudformation, f"{verb}_stack")(
            StackName=stack, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
        )
        waiter = cloudformation.get_waiter(f"stack_{verb}_complete")
        waiter.wait(StackName=stack, WaiterConfig={"Delay": 0.2, "MaxAttempts": 100})
        made = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in made}

    def close(self) -> None:
        """Close every connection."""
        for client in self._open.values():
            client.close()


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    home = Home(Path(tmp_path_factory.mktemp("cloud")))
    processes.start(home)
    running = Cloud(home=home, environment=client_environment(home, REGION))
    try:
        yield running
    finally:
        running.close()
        processes.stop(home)


def _document(statements: list[Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture(scope="session")
def platform(cloud: Cloud) -> Deployed:
    """The environment `local`, deployed by the CDK CLI, with its documents and one key."""
    return deploy_platform(cloud.home, load_environment("local"))


@pytest.fixture(scope="session")
def key_of(cloud: Cloud, platform: Deployed) -> Callable[[str], str]:
    """A key of a tenant of the environment `local`: the same one for the whole session."""
    return functools.cache(functools.partial(issue_key, cloud.home, load_environment("local")))
