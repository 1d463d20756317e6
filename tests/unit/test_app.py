"""`app.py` reads environments and defines their platforms, and does nothing else."""

import ast
from pathlib import Path

APP = Path(__file__).parents[2] / "app.py"


def test_imports_the_reader_the_platform_and_cdk_only():
    tree = ast.parse(APP.read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"aws_cdk", "config.load", "stacks.platform"}


def test_has_no_branch():
    tree = ast.parse(APP.read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.If | ast.Try)]
