"""Counting requests without a site."""

from collective.hoard.watch.vitals.requests import PERIOD
from collective.hoard.watch.vitals.requests import Requests
from collective.hoard.watch.vitals.requests import status_of
from collective.hoard.watch.vitals.slow import Slow
from threading import Event
from zExceptions import NotFound
import pytest


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_quantiles_are_those_of_the_last_minutes(clock):
    requests = Requests(clock)
    requests.done(99, False)
    clock.now += PERIOD + 1
    for number in range(1, 101):
        requests.done(number / 100, number == 7)

    assert requests.quantiles(0.5, 0.95) == [0.51, 0.96]
    assert (requests.count, requests.errors, requests.recent) == (101, 1, 100)


def test_without_requests_there_are_no_quantiles(clock):
    assert Requests(clock).quantiles(0.5, 0.95) == [None, None]


@pytest.mark.parametrize(
    "error,status", [(NotFound("x"), 404), (KeyError("x"), 500), (SystemExit(1), 500)]
)
def test_an_exception_has_the_status_it_becomes(error, status):
    assert status_of(error) == status


def test_what_takes_long_is_not_waited_for():
    go, ended = Event(), Event()

    def work():
        go.wait(60)
        ended.set()
        return 7

    slow = Slow(work, patience=0.01)
    assert slow() is None
    go.set()
    assert ended.wait(60)
    slow._thread.join(60)
    assert slow() == 7


def test_it_is_done_once_in_a_while(clock):
    calls = []
    slow = Slow(lambda: calls.append(1) or len(calls), 60, 5, clock)

    assert [slow(), slow()] == [1, 1]
    clock.now += 61
    assert slow() == 2


def test_a_failure_keeps_the_last_answer(clock):
    answers = [5]
    slow = Slow(lambda: answers.pop(), 60, 5, clock)

    assert slow() == 5
    clock.now += 61
    assert slow() == 5
