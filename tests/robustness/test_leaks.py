import json

from tests.robustness.gateway import Gateway
from tests.robustness.leaks import SECRETS, leaks


def test_nothing_of_a_request_is_logged_and_nothing_of_aws_is_told():
    assert list(leaks(400, seed=1)) == []


def test_what_stands_in_the_path_is_not_logged(capsys):
    body = json.dumps({"query": "What?"}).encode()
    for secret in (each.format(7) for each in SECRETS if "/" not in each):
        status, _, _ = Gateway().send("POST", f"/v1/knowledge/{secret}/search", body)
        assert status == 404
        assert secret not in capsys.readouterr().out
