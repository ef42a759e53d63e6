"""The agenda knows what is due first, whatever was put down before."""

from __future__ import annotations

import random

from tocsin.response.agenda import Agenda


def test_the_earliest_comes_first_and_of_equal_ones_the_smaller_key() -> None:
    agenda = Agenda()
    for key, due_ms in (("c", 5), ("b", 3), ("a", 5)):
        agenda.set(key, due_ms)
    assert agenda.find_first(4) == (3, "b")
    agenda.remove("b")
    assert agenda.find_first(6) == (5, "a")


def test_what_is_not_due_yet_is_not_found() -> None:
    agenda = Agenda()
    agenda.set("a", 5)
    assert agenda.find_first(5) is None
    assert agenda.find_first(6) == (5, "a")


def test_a_key_that_is_put_down_again_has_one_instant() -> None:
    agenda = Agenda()
    agenda.set("a", 5)
    agenda.set("a", 9)
    assert agenda.find_first(9) is None
    agenda.set("a", 5)
    assert agenda.find_first(9) == (5, "a")


def test_it_says_what_a_plain_list_would_say_and_stays_small() -> None:
    rng = random.Random(5)
    agenda, plain = Agenda(), dict[str, int]()
    for _ in range(20_000):
        key = str(rng.randrange(20))
        if rng.random() < 0.1:
            agenda.remove(key)
            plain.pop(key, None)
        else:
            plain[key] = rng.randrange(1_000)
            agenda.set(key, plain[key])
        if rng.random() < 0.05:
            assert agenda.find_first(10_000) == min(((due_ms, key) for key, due_ms in plain.items()), default=None)
    assert len(agenda._heap) < 200
