"""What `make soak` measures, at a hundredth and untimed: answers are right and money is settled."""

from __future__ import annotations

from tests.load import asset, faults, neighbours, restarts, speed
from tests.load.answers import BROKEN, COMPLETE, LOST, REFUSED, TRUNCATED, WRONG
from tests.load.site import Site, running_site


def test_every_request_of_a_steady_load_is_answered(site: Site) -> None:
    tally = speed.run_held(site, per_second=100, seconds=3)
    assert tally.outcomes == {COMPLETE: 300}


def test_every_one_of_many_concurrent_streams_is_complete(site: Site) -> None:
    tally = speed.run_streams(site, asset.SLOW, 20, per_second=50, count=100)
    assert tally.outcomes == {COMPLETE: 100}


def test_answers_beside_each_other_are_settled(site: Site) -> None:
    before = site.month().get("requests", 0)
    found = speed.run_endurance(site, batches=4, each=100, progress=lambda _: None)
    month = site.month()
    assert (found.failed, month["requests"] - before, month["held"]) == (0, 400, 0)
    assert month["committed_micro_usd"] == month["spent_micro_usd"]


def test_a_caller_who_leaves_ends_the_upstream_and_pays(site: Site) -> None:
    before = site.month().get("requests", 0)
    found = faults.run_disconnects(site, rounds=2, at_a_time=10)
    assert (found.cancelled, found.requests - before, found.held) == (20, 20, 0)


def test_random_faults_leave_no_answer_silently_short_and_no_money_reserved() -> None:
    with faults.faulty_site(seed=2) as site:
        came = faults.run_random_faults(site, 400).outcomes
        month = site.month()
    assert came[COMPLETE] and came[REFUSED]
    assert not came[TRUNCATED] + came[WRONG] + came[LOST] + came[BROKEN]
    assert month["held"] == 0


def test_a_restart_drains_its_streams_and_a_kill_loses_no_money() -> None:
    with running_site() as site:
        found = restarts.run_restarts(site, restarts=2, seconds_each=1)
    assert found.killed  # otherwise it has proved nothing
    assert (found.undrained, found.lost_micro_usd) == (0, 0)


def test_a_noisy_tenant_is_held_to_its_rate_and_fails_nobody_else() -> None:
    with running_site() as site:
        found = neighbours.run_neighbours(site, seconds=2)
    assert found.failed == 0
    assert found.admitted < found.sent
