"""The one asset of all functions: small, and free of what is not source."""

import zipfile

import pytest

from tests.stacks.assembly import resources, template


@pytest.fixture(scope="module")
def asset(assembly):
    functions = resources(template(assembly, "prod", "Gateway"), "AWS::Lambda::Function")
    (key,) = {each["Properties"]["Code"]["S3Key"] for each in functions.values()}
    return assembly / f"asset.{key.removesuffix('.zip')}"


def test_all_functions_of_an_environment_share_it(asset):
    assert (asset / "gateway" / "chat.py").is_file()
    assert (asset / "settings.json").is_file()


def test_holds_python_and_settings_and_nothing_else(asset):
    files = [path for path in asset.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".py", ".json"}


def test_is_under_200_kb_zipped(asset, tmp_path):
    with zipfile.ZipFile(tmp_path / "asset.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in asset.rglob("*"):
            archive.write(path, path.relative_to(asset))
    assert (tmp_path / "asset.zip").stat().st_size < 200_000
