"""Off the request path: work that a deployment or a schedule starts; boto3 is allowed."""
