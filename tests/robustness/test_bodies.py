import pytest

from tests.robustness.bodies import MODULES, check_right, check_wrong

COUNT = 500


@pytest.mark.parametrize("path", MODULES)
def test_a_body_that_the_schema_allows_is_answered(path, capsys):
    check_right(path, COUNT)


@pytest.mark.parametrize("path", MODULES)
def test_a_body_that_the_schema_forbids_is_refused_in_the_apis_shape(path, capsys):
    check_wrong(path, COUNT)
