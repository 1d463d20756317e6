"""The one asset of all functions: small, and free of what is not source."""

import zipfile

import pytest

from tests.stacks.assembly import handlers, template


@pytest.fixture(scope="module")
def asset(assembly):
    functions = handlers(template(assembly, "prod", "Gateway"))
    (key,) = {each["Properties"]["Code"]["S3Key"] for each in functions.values()}
    return assembly / f"asset.{key.removesuffix('.zip')}"


def test_all_functions_of_an_environment_share_it(asset):
    assert (asset / "gateway" / "chat.py").is_file()
    assert (asset / "settings.json").is_file()


def test_holds_python_settings_and_the_wrapper_and_nothing_else(asset):
    files = [path for path in asset.rglob("*") if path.is_file()]
    others = {path.name for path in files if path.suffix != ".py"}
    assert others == {"settings.json", "stream_wrapper"}


def test_lambda_may_execute_the_wrapper_and_nothing_else(asset):
    executable = [path.name for path in asset.rglob("*") if path.is_file() and may_run(path)]
    assert executable == ["stream_wrapper"]
    assert (asset / "stream_wrapper").stat().st_mode & 0o777 == 0o755


def may_run(path) -> bool:
    return bool(path.stat().st_mode & 0o111)


def test_is_under_200_kb_zipped(asset, tmp_path):
    with zipfile.ZipFile(tmp_path / "asset.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in asset.rglob("*"):
            archive.write(path, path.relative_to(asset))
    assert (tmp_path / "asset.zip").stat().st_size < 200_000
