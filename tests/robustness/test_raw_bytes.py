from tests.robustness.gateway import Gateway
from tests.robustness.raw_bytes import send_all


def test_no_bytes_are_a_5xx_a_traceback_or_said_again():
    seen = send_all(2_000, seed=1)
    assert seen.failures == []
    assert 0 < seen.accepted < seen.sent  # some mutations leave a body that is right


def test_ten_megabytes_are_a_413():
    status, _, _ = Gateway().send("POST", "/v1/chat/completions", b"[" * 10_000_000)
    assert status == 413
