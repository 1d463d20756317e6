"""Our own environments keep the Bedrock rules that `python -m audit rules` holds others to."""

import json

import pytest

from audit.__main__ import main
from config.accepted import FILE
from config.load import environment_names


@pytest.mark.parametrize("environment", environment_names())
def test_nothing_is_open_that_is_not_accepted(assembly, environment, capsys):
    arguments = ["--environment", environment, "--accepted", FILE, "--today", "2026-11-24"]
    main(["rules", str(assembly), *arguments, "--json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert findings == []
