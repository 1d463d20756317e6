"""Trust policies of roles."""

from audit.iam.statement import Statement, statements

ROLE = "AWS::IAM::Role"


def trust(side: object) -> list[Statement]:
    assert callable(side)
    return statements(side("AssumeRolePolicyDocument"), of_resource=True)
