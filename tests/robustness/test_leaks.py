from tests.robustness.leaks import leaks


def test_nothing_of_a_request_is_logged_and_nothing_of_aws_is_told():
    assert list(leaks(400, seed=1)) == []
