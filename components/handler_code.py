"""The one asset of all functions: the folder `lambda/` and this environment's settings."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from aws_cdk import Annotations
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

SOURCE = Path(__file__).parent.parent / "lambda"


class HandlerCode(Construct):
    """Source files and `settings.json`; nothing is compiled or installed, so no Docker."""

    def __init__(self, scope: Construct, id: str, *, settings: Mapping[str, object]) -> None:
        super().__init__(scope, id)
        with TemporaryDirectory() as folder:
            bundle = Path(folder) / "bundle"
            shutil.copytree(SOURCE, bundle, ignore=shutil.ignore_patterns("__pycache__", ".*"))
            (bundle / "settings.json").write_text(json.dumps(settings, indent=1, sort_keys=True))
            # CDK copies the folder into the assembly here, so it may go afterwards.
            asset = assets.Asset(self, "Asset", path=str(bundle))
        # The asset's key is the hash of its content, so a change of code is a change of key.
        Annotations.of(asset.bucket).acknowledge_warning(
            "@aws-cdk/aws-lambda:codeFromBucketObjectVersionNotSpecified"
        )
        self.code = lambda_.Code.from_bucket(asset.bucket, asset.s3_object_key)
