"""When OpenSSL looks at a site, and when the quicker library will do."""

from collective.hoard.monitoring.checks.http_handshakes import Handshakes
import pytest


HOUR = 3600


@pytest.fixture
def well():
    """Handshakes with a site that OpenSSL has just found well."""
    known = Handshakes()
    assert known.thorough(300)
    known.well = True
    return known


def looks(known, count, interval=300):
    return [known.thorough(interval) for _ in range(count)]


def test_the_first_look_is_thorough_and_none_may_be_quick_before():
    known = Handshakes()

    assert not known.fit
    assert looks(known, 3) == [True, True, True]


def test_a_site_that_is_well_is_looked_at_once_an_hour(well):
    assert looks(well, 26) == ([False] * 12 + [True]) * 2


def test_checks_that_run_less_than_once_an_hour_are_always_thorough():
    known = Handshakes()
    known.well = True

    assert looks(known, 3, interval=2 * HOUR) == [True] * 3


def test_after_a_failure_the_next_look_is_thorough(well):
    well.failed()

    assert not well.fit
    assert well.thorough(300)


def test_the_first_quick_one_that_fails_says_nothing_of_the_site(well):
    assert well.fit
    assert well.doubtful()
    assert not well.fit
    assert well.well


def test_it_is_tried_again_after_the_next_thorough_look(well):
    well.doubtful()

    assert not any(well.fit for _ in looks(well, 12))
    assert looks(well, 1) == [True]
    assert well.fit


def test_what_has_succeeded_is_believed_when_it_fails(well):
    well.succeeded()

    assert not well.doubtful()


def test_after_a_failure_it_has_to_succeed_again(well):
    well.succeeded()
    well.failed()
    well.well = True

    assert well.doubtful()
