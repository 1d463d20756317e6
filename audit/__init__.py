"""Is this change allowed? Judges CloudFormation, of any CDK app and not only ours."""
