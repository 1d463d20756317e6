"""Which CloudFormation types hold state: cfn-lint's list, and three that it lacks."""

import json
from pathlib import Path

import cfnlint

LIST = Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs" / "StatefulResources.json"
STATEFUL = frozenset(json.loads(LIST.read_text())["ResourceTypes"]) | {
    "AWS::S3Vectors::VectorBucket",
    "AWS::S3Vectors::Index",
    "AWS::SSM::Parameter",
}
# Not kept: what stands in our queue is found again by the nightly sync.
NOTES = frozenset({"AWS::SQS::Queue"})
