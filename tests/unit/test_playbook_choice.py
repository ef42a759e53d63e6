"""Which playbook is chosen, and why; when its steps are due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.crisis import Crisis
from tests.builders import START, a_crisis
from tests.unit.test_playbooks import MINE
from tocsin.response.playbooks.choose import ENOUGH, LEAD, choose
from tocsin.response.playbooks.read import DEFAULT_ID, read_library
from tocsin.response.playbooks.schedule import schedule_steps

LIBRARY = read_library()


def cause_of(kind: str, cluster: str) -> dict[str, Any]:
    return {"cause": kind, "cluster": cluster}


RUMOUR = cause_of("rumour", "victim") | {"causes": {"rumour": 20}}
FAULT = cause_of("technical-error", "accidental") | {"causes": {"delay": 30, "service": 5}}
RUDE = cause_of("human-error", "preventable") | {"causes": {"service": 30}}


def chosen(crisis: Crisis, *profiles: str) -> str:
    return choose(crisis, LIBRARY, profiles or ("public",)).playbook.id


@pytest.mark.parametrize(
    ("fields", "playbook"),
    [
        (RUMOUR, "rumour"),
        (FAULT, "complaints-wave"),
        (RUDE, "complaints-wave"),
        (cause_of("challenge", "accidental") | {"causes": {"ethics": 9}, "terms": ("campaign",)}, "brand-faux-pas"),
        (cause_of("human-error", "preventable") | {"causes": {"employee": 12, "service": 4}}, "employee-act"),
        (cause_of("misdeed", "preventable") | {"causes": {"discrimination": 12}}, "employee-act"),
        ({"kinds": ("coordination",)}, "coordinated-attack"),
        (RUMOUR | {"kinds": ("negative_burst", "coordination")}, "coordinated-attack"),
        (FAULT | {"kinds": ("influence",)}, "influential-critic"),
        ({"kinds": ("author_burst",)}, "influential-critic"),
        (cause_of("product-harm", "accidental") | {"causes": {"safety": 4}}, "product-safety"),
        (cause_of("product-harm", "accidental") | {"causes": {"product-defect": 40}}, "complaints-wave"),
        (
            cause_of("product-harm", "accidental") | {"causes": {"product-defect": 40}, "terms": ("battery", "fire")},
            "product-safety",
        ),
        (cause_of("tampering", "victim") | {"causes": {"privacy": 12}, "terms": ("hacked",)}, "data-breach"),
        (cause_of("technical-error", "accidental") | {"causes": {"privacy": 12}}, "data-breach"),
        (cause_of("misdeed", "preventable") | {"causes": {"privacy": 12}}, "data-breach"),
        (cause_of("misdeed", "preventable") | {"causes": {"billing": 12}}, "complaints-wave"),
        (cause_of("misdeed", "preventable") | {"causes": {"ethics": 12}, "terms": ("#CEO",)}, "executive-conduct"),
        (FAULT | {"terms": ("app", "outage")}, "outage"),
        (FAULT | {"terms": ("sập mạng",)}, "outage"),
        (FAULT | {"terms": ("caida",)}, "outage"),  # typed without its accent
        (cause_of("disaster", "victim") | {"causes": {"delay": 50}, "terms": ("snow",)}, "disaster-or-violence"),
        (cause_of("violence", "victim"), "disaster-or-violence"),
        ({"kinds": ("silence",)}, "source-silence"),
        ({}, DEFAULT_ID),
        ({"kinds": ("burst",), "terms": ("campaign",)}, DEFAULT_ID),  # a campaign that people like is loud as well
    ],
)
def test_each_situation_of_the_mission_has_its_playbook(fields: dict[str, Any], playbook: str) -> None:
    assert chosen(a_crisis(**fields)) == playbook


def test_what_hardly_anybody_complains_of_says_nothing() -> None:
    late = cause_of("technical-error", "accidental") | {"causes": {"delay": 1}}
    assert chosen(a_crisis(mentions=20, **late)) == "complaints-wave"
    assert chosen(a_crisis(mentions=21, **late)) == DEFAULT_ID


def test_a_word_is_found_in_a_longer_term_and_in_the_subject() -> None:
    harm = cause_of("tampering", "victim")
    for fields in ({"terms": ("Food Poisoning",)}, {"subject": "recall"}, {"topics": ("contaminado",)}):
        choice = choose(a_crisis(**(harm | fields)), LIBRARY)
        assert choice.playbook.id == "product-safety"
    assert choice.reasons[0] == "People write of “contaminado”."
    assert choose(a_crisis(**(harm | {"terms": ("Food Poisoning",)})), LIBRARY).reasons[0] == (
        "People write of “Food Poisoning”."
    )


def test_real_complaints_are_answered_even_when_some_accounts_act_as_one() -> None:
    crisis = a_crisis(kinds=("negative_burst", "coordination"), **FAULT)
    choice = choose(crisis, LIBRARY, ["anonymous"])
    assert choice.playbook.id == "complaints-wave"
    assert choice.runners_up[0].playbook.id == "coordinated-attack"


def test_a_warning_of_danger_is_never_treated_as_criticism() -> None:
    crisis = a_crisis(kinds=("influence",), causes={"safety": 1}, mentions=3, **cause_of("product-harm", "accidental"))
    assert chosen(crisis, "influential") == "product-safety"


def test_one_mention_of_a_high_risk_is_enough() -> None:
    assert chosen(a_crisis(kinds=("high_risk",), terms=("emergency landing",))) == "product-safety"
    assert chosen(a_crisis(kinds=("author_burst", "high_risk"), terms=("injured",))) == "product-safety"
    assert chosen(a_crisis(kinds=("high_risk",), terms=("data breach",))) == "data-breach"
    assert chosen(a_crisis(kinds=("burst",), terms=("injured",))) == DEFAULT_ID


def test_a_silent_source_beside_a_burst_is_not_only_a_silent_source() -> None:
    assert chosen(a_crisis(kinds=("silence", "negative_burst"))) == DEFAULT_ID


def test_who_speaks_decides_between_playbooks_that_are_close() -> None:
    assert chosen(a_crisis(**RUDE)) == "complaints-wave"
    assert chosen(a_crisis(**RUDE), "employee", "public") == "employee-act"
    offence = cause_of("challenge", "accidental") | {"causes": {"other": 9}}
    assert chosen(a_crisis(**offence)) == "complaints-wave"
    assert chosen(a_crisis(**offence), "official") == "brand-faux-pas"


@pytest.mark.parametrize("profile", ["public", "influential", "anonymous", "employee", "competitor", "official"])
def test_who_speaks_does_not_decide_alone(profile: str) -> None:
    assert chosen(a_crisis(), profile) == DEFAULT_ID


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError, match='no profile "employe": did you mean "employee"'):
        choose(a_crisis(), LIBRARY, ["employe"])


def test_the_reason_that_few_name_speaks_for_nothing() -> None:
    few = a_crisis(causes={"delay": 90, "safety": 10})
    many = a_crisis(causes={"delay": 70, "safety": 30})
    said = [" ".join(choose(each, LIBRARY).reasons) for each in (few, many)]
    assert said[0].startswith("What is known is not enough: Wave of complaints fits best, with 5 of 7 points.")
    assert choose(many, read_library({"m.yaml": SAFE})).reasons[:2] == (
        "Complaints are mostly about: delay (70 of 100).",
        "Many complaints are about: safety (30 of 100).",
    )


SAFE = MINE.replace("owner: ana", "owner: legal").replace(
    "{causes: [product-harm], words: [coffee], stages: [spreading], from_severity: severe}",
    "{reasons: [delay, safety], stages: [outbreak]}",
)


def test_a_choice_explains_itself() -> None:
    crisis = a_crisis(kinds=("negative_burst", "coordination"), terms=("recall", "hoax"), **RUMOUR)
    choice = choose(crisis, LIBRARY, ["anonymous", "public"])
    assert choice.playbook.id == "rumour"
    assert choice.reasons == (
        "People write of “hoax”.",
        "Its cause is taken for: rumour.",
        "Complaints are mostly about: rumour (20 of 20).",
        "People take the brand for a victim itself.",
        "That makes 18 points; next best: Coordinated attack (17).",
    )
    (runner_up,) = choice.runners_up
    assert runner_up.reasons == (
        "Among other things, coordination was noticed.",
        "Its cause is taken for: rumour.",
        "Of those who write, some are: anonymous.",
        "People take the brand for a victim itself.",
    )


def test_without_knowledge_the_choice_says_so() -> None:
    choice = choose(a_crisis(), LIBRARY)
    assert choice.reasons == ("Nothing is known yet of what it is about.",)
    assert choice.runners_up == ()


COFFEE = MINE.replace("owner: ana", "owner: legal")


def test_a_playbook_for_a_stage_and_a_severity_is_chosen_only_there() -> None:
    library = read_library({"mine.yaml": COFFEE})
    burns = cause_of("product-harm", "accidental") | {"terms": ("coffee", "burns")}
    for severity, stage, playbook in (
        ("severe", "spreading", "spilt-coffee"),
        ("critical", "spreading", "spilt-coffee"),
        ("elevated", "spreading", "product-safety"),
        ("severe", "outbreak", "product-safety"),
    ):
        assert choose(a_crisis(severity=severity, stage=stage, **burns), library).playbook.id == playbook
    eased = a_crisis(severity="elevated", peak_severity="severe", stage="spreading", **burns)
    choice = choose(eased, library)
    assert choice.playbook.id == "spilt-coffee"
    assert "It is in the stage spreading." in choice.reasons
    assert "It has been severe." in choice.reasons


def test_a_playbook_that_is_followed_is_kept_until_another_is_clearly_better() -> None:
    crisis = a_crisis(**(FAULT | {"terms": ("outage",)}))
    assert chosen(crisis) == "outage"
    kept = choose(crisis, LIBRARY, following="complaints-wave")
    assert kept.playbook.id == "complaints-wave"
    assert kept.reasons[-1] == "It is being followed, and Outage is not clearly better."
    assert kept.runners_up[0].playbook.id == "outage"
    assert kept.runners_up[0].points - LEAD < 12 >= ENOUGH
    clearly = a_crisis(**(FAULT | {"terms": ("outage",), "causes": {"booking": 9}}))
    assert choose(clearly, LIBRARY, following="complaints-wave").playbook.id == "outage"


def test_the_default_is_left_as_soon_as_anything_fits() -> None:
    assert choose(a_crisis(**FAULT), LIBRARY, following=DEFAULT_ID).playbook.id == "complaints-wave"


def test_a_playbook_that_is_gone_from_the_library_is_left() -> None:
    assert choose(a_crisis(**FAULT), LIBRARY, following="of-last-year").playbook.id == "complaints-wave"


def test_of_equal_playbooks_the_one_with_more_at_stake_is_chosen() -> None:
    one = COFFEE.replace("causes: [product-harm], words: [coffee], stages: [spreading], from_severity: severe", "{}")
    one = one.replace("when: {{}}", "when: {reasons: [delay], causes: [disaster]}")
    less = one.replace("spilt-coffee", "a-lesser").replace("at_stake: people", "at_stake: service")
    library = read_library({"one.yaml": one, "less.yaml": less})
    crisis = a_crisis(cause="disaster", causes={"delay": 9})
    assert choose(crisis, library).playbook.id == "spilt-coffee"


def test_deadlines_count_from_the_opening_and_the_next_due_comes_first() -> None:
    rumour = LIBRARY.playbooks["rumour"]
    due = schedule_steps(rumour, a_crisis(severity="severe"))
    assert [(each.step.id, each.due_at) for each in due[:4]] == [
        ("write-claim-down", START + timedelta(minutes=10)),
        ("check-truth", START + timedelta(minutes=30)),
        ("choose-where-to-answer", START + timedelta(minutes=40)),
        ("publish-fact", START + timedelta(minutes=60)),
    ]
    assert [each.step.id for each in due[-3:]] == ["ask-for-correction", "answer-questions", "review"]
    assert due[-2].every == timedelta(hours=4)


def test_the_review_waits_for_the_end_of_the_crisis() -> None:
    rumour = LIBRARY.playbooks["rumour"]
    assert schedule_steps(rumour, a_crisis())[-1].due_at is None
    over = a_crisis(resolved_at=START + timedelta(days=2))
    assert schedule_steps(rumour, over)[-1].due_at == START + timedelta(days=5)


def test_a_step_is_due_only_where_it_is_meant_to_be() -> None:
    mine = read_library({"mine.yaml": COFFEE}).playbooks["spilt-coffee"]
    for severity, peak, stage, steps in (
        ("elevated", "elevated", "outbreak", ["cool-it", "ask-again"]),
        ("watch", "severe", "outbreak", ["cool-it", "ask-again"]),  # it has been that bad
        ("watch", "watch", "outbreak", ["ask-again"]),
        ("severe", "severe", "smouldering", ["ask-again"]),
    ):
        crisis = a_crisis(severity=severity, peak_severity=peak, stage=stage)
        assert [each.step.id for each in schedule_steps(mine, crisis)] == steps
