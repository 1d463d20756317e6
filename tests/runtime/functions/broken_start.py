raise RuntimeError("arn:aws:kms:us-east-1:111111111111:key/x is no setting")
