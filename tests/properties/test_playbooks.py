"""Whatever a crisis is like, a playbook is chosen, always the same one, and it says why."""

from __future__ import annotations

from random import Random
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from schemas.crisis import SEVERITIES, Crisis, Stage
from schemas.signal import SignalKind
from tests.builders import a_crisis
from tocsin.response.playbooks.choose import ENOUGH, choose
from tocsin.response.playbooks.playbook import CAUSES, CLUSTERS, PROFILES
from tocsin.response.playbooks.read import DEFAULT_ID, Library, read_library
from tocsin.response.playbooks.schedule import schedule_steps
from tocsin.response.replies.policy import REASONS

LIBRARY = read_library()
_WORDS = sorted({word for playbook in LIBRARY.playbooks.values() for word in playbook.when.words})

profiles = st.lists(st.sampled_from(PROFILES), unique=True)


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=4).map(tuple)


crises = st.builds(
    a_crisis,
    severity=st.sampled_from(SEVERITIES),
    stage=st.sampled_from(get_args(Stage)),
    cause=st.sampled_from(("", "of tomorrow", *CAUSES)),
    cluster=st.sampled_from(("", *CLUSTERS)),
    causes=st.dictionaries(st.sampled_from((*REASONS, "of tomorrow")), st.integers(0, 99), max_size=4),
    kinds=some(*get_args(SignalKind)),
    terms=some(*_WORDS) | st.lists(st.text(max_size=8), max_size=3).map(tuple),
)


@given(crises, profiles, st.randoms(use_true_random=False), st.sampled_from(("", *LIBRARY.playbooks)))
def test_the_choice_is_there_the_same_in_any_order_and_says_why(
    crisis: Crisis, authors: list[str], random: Random, following: str
) -> None:
    choice = choose(crisis, LIBRARY, authors, following=following)
    shuffled = sorted(LIBRARY.playbooks.items(), key=lambda _: random.random())
    assert choose(crisis, Library(dict(shuffled)), authors[::-1], following=following) == choice
    assert choice.reasons
    assert all(reason.endswith(".") for reason in choice.reasons)
    assert choice.playbook not in [each.playbook for each in choice.runners_up]
    assert all(each.points >= ENOUGH for each in choice.runners_up)


@given(crises, profiles)
def test_whoever_follows_the_choice_is_told_to_go_on(crisis: Crisis, authors: list[str]) -> None:
    first = choose(crisis, LIBRARY, authors)
    assert choose(crisis, LIBRARY, authors, following=first.playbook.id).playbook == first.playbook


@given(crises, profiles)
def test_there_is_always_something_to_do_now(crisis: Crisis, authors: list[str]) -> None:
    playbook = choose(crisis, LIBRARY, authors).playbook
    due = schedule_steps(playbook, crisis)
    assert due[0].step == playbook.steps[0]
    assert due[0].due_at is not None
    instants = [each.due_at for each in due if each.due_at is not None]
    assert instants == sorted(instants)
    assert (playbook.id == DEFAULT_ID) == (not playbook.when.causes + playbook.when.kinds)
