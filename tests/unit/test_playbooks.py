"""Playbooks are read strictly; the shipped library can be used at three in the morning."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, get_args

import pytest
import yaml

from schemas.mention import Relation
from schemas.signal import SignalKind
from tests.house.checkout import ROOT
from tocsin.detection.causes import KINDS, Cluster
from tocsin.errors import ConfigurationError
from tocsin.response.playbooks import read
from tocsin.response.playbooks.playbook import CAUSES, CLUSTERS, PROFILES, ROLES, Option, Playbook, Step, Wording
from tocsin.response.playbooks.read import (
    DEFAULT_ID,
    MATCH_LISTS,
    Library,
    parse_playbook,
    read_library,
    shipped_texts,
)
from tocsin.response.replies.policy import LANGUAGES, REASONS

LIBRARY = read_library()
SHIPPED = list(LIBRARY.playbooks.values())
STEPS = [(playbook, step) for playbook in SHIPPED for step in playbook.steps]

MINE = """\
id: spilt-coffee
version: 3
title: {en: Spilt coffee, es: Café derramado, vi: Đổ cà phê}
about: Somebody was burned.
at_stake: people
when: {causes: [product-harm], words: [coffee], stages: [spreading], from_severity: severe}
unless: {kinds: [silence]}
stance:
  strategies: [instruct, adjust, rebuild]
  why: They are in pain.
  sources: [Coombs (2007)]
avoid: [Do not laugh.]
steps:
  - id: cool-it
    what: Cool it with water.
    owner: customer-care
    deadline: 5 min
    phase: first-hour
    takes: 1 min
    stages: [outbreak, spreading]
    from_severity: elevated
    options:
      - {when: There is no water., do: Take milk.}
    avoid: [No ice.]
    done_when: It hurts less.
  - id: ask-again
    what: {en: Ask how it is., es: Pregunte cómo va.}
    owner: ana
    deadline: 4 h
    phase: until-over
    every: 1 d
    done_when: They say so.
"""


def complaint(text: str, file: str = "mine.yaml") -> str:
    with pytest.raises(ConfigurationError) as refused:
        read_library({file: text}, owners=["ana"])
    return str(refused.value)


def test_every_key_of_a_playbook_is_read() -> None:
    mine = parse_playbook(MINE, "mine.yaml", owners=["ana"])
    assert (mine.id, mine.version, mine.at_stake, mine.file) == ("spilt-coffee", 3, "people", "mine.yaml")
    assert mine.title == Wording("Spilt coffee", "Café derramado", "Đổ cà phê")
    assert mine.when.causes == ("product-harm",)
    assert (mine.when.words, mine.when.stages, mine.when.from_severity) == (("coffee",), ("spreading",), "severe")
    assert mine.unless.kinds == ("silence",)
    assert mine.stance.strategies == ("instruct", "adjust", "rebuild")
    assert (mine.stance.why, mine.stance.sources, mine.avoid) == (
        "They are in pain.",
        ("Coombs (2007)",),
        ("Do not laugh.",),
    )
    assert mine.steps == (
        Step(
            id="cool-it",
            what=Wording("Cool it with water."),
            owner="customer-care",
            deadline=timedelta(minutes=5),
            phase="first-hour",
            takes=timedelta(minutes=1),
            stages=("outbreak", "spreading"),
            from_severity="elevated",
            options=(Option("There is no water.", "Take milk."),),
            avoid=("No ice.",),
            done_when="It hurts less.",
        ),
        Step(
            id="ask-again",
            what=Wording("Ask how it is.", es="Pregunte cómo va."),
            owner="ana",
            deadline=timedelta(hours=4),
            phase="until-over",
            every=timedelta(days=1),
            done_when="They say so.",
        ),
    )


def test_a_text_without_a_translation_is_said_in_english() -> None:
    text = Wording("Call.", es="Llame.")
    assert [text.say(language) for language in LANGUAGES] == ["Call.", "Llame.", "Call."]


def test_a_playbook_of_ones_own_is_added_and_one_with_a_shipped_id_replaces_it() -> None:
    library = read_library({"a.yaml": MINE, "b.yaml": MINE.replace("spilt-coffee", "rumour")}, owners=["ana"])
    assert set(library.playbooks) == {*LIBRARY.playbooks, "spilt-coffee"}
    assert library.find("rumour") != LIBRARY.find("rumour")
    assert library.find("outage") is LIBRARY.find("outage")
    assert library.find("nothing-of-the-kind") is None


def test_the_order_of_files_does_not_matter() -> None:
    one, two = ("a.yaml", MINE), ("b.yaml", MINE.replace("spilt-coffee", "rumour"))
    assert read_library(dict([one, two]), ["ana"]) == read_library(dict([two, one]), ["ana"])


def test_a_library_without_the_default_is_refused() -> None:
    with pytest.raises(ValueError, match=DEFAULT_ID):
        Library({"rumour": LIBRARY.playbooks["rumour"]})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("about:", "abuot:", 'mine.yaml:4: unknown key "abuot" in the file\n  → did you mean "about"?'),
        ("about: Somebody was burned.\n", "", 'mine.yaml:1: the file has no "about"\n  → add `about: …`'),
        (
            "product-harm",
            "product-ham",
            'mine.yaml:6: item 1 of causes of when of the file cannot be "product-ham"'
            '\n  → did you mean "product-harm"?',
        ),
        ("[silence]", "[silent]", 'cannot be "silent"\n  → did you mean "silence"?'),
        ("people", "lives", 'mine.yaml:5: at_stake of the file cannot be "lives"'),
        (
            "customer-care",
            "customer-car",
            'mine.yaml:16: there is no role, person or team "customer-car"\n  → did you mean "customer-care"?',
        ),
        ("    owner: customer-care\n", "", 'mine.yaml:14: step "cool-it" has no "owner"\n  → add `owner: …`'),
        (
            "5 min",
            "soon",
            'mine.yaml:17: deadline of step "cool-it" is no duration: "soon"\n  → write it as "15 min", "4 h" or "2 d"',
        ),
        ("5 min", "5", 'mine.yaml:17: deadline of step "cool-it" is no duration: "5"'),
        ("5 min", "0 min", "should be from 1 min to 90 d, found 0 min"),
        ("4 h", "91 d", "should be from 1 min to 90 d, found 91 d"),
        (
            "5 min",
            "2 h",
            'mine.yaml:17: deadline of step "cool-it" is later than its phase first-hour ends'
            "\n  → write `phase: same-day`, or sooner",
        ),
        ("phase: until-over", "phase: after", "only steps of the phase until-over are repeated"),
        ("ask-again", "cool-it", 'mine.yaml:26: the step "cool-it" stands twice'),
        ("{causes: [product-harm], words: [coffee], stages", "{stages", 'nothing would ever speak for "spilt-coffee"'),
        ("[Do not laugh.]", "[]", "mine.yaml:12: avoid of the file is empty"),
        ("[instruct, adjust, rebuild]", "[rebuild]", "write [instruct, adjust, rebuild]"),
        ("adjust, rebuild", "adjust, deny, rebuild", "mine.yaml:9: deny and rebuild contradict each other"),
        ("{kinds: [silence]}", "{stages: [spreading]}", 'unknown key "stages" in unless of the file'),
        ("{when: There is no water., do: Take milk.}", "{when: There is no water.}", 'has no "do"'),
        ("es: Café", "fr: Café", 'unknown key "fr" in title of the file'),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(old: str, new: str, said: str) -> None:
    assert old in MINE
    assert said in complaint(MINE.replace(old, new, 1))


def test_a_playbook_that_stands_in_two_files_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r'two\.yaml:1: the playbook "spilt-coffee" stands in one\.yaml too'):
        read_library({"one.yaml": MINE, "two.yaml": MINE}, owners=["ana"])


def test_the_default_has_nothing_that_speaks_for_it() -> None:
    assert '"unclear-yet" is for crises that nothing is known of' in complaint(
        MINE.replace("spilt-coffee", "unclear-yet")
    )


def test_the_error_that_the_page_shows_is_the_one_that_is_told() -> None:
    text = shipped_texts()["rumour.yaml"].replace("owner: product-owner", "owner: product-ownr", 1)
    page = (ROOT / "docs" / "playbooks.md").read_text(encoding="utf-8")
    assert f"```text\n{complaint(text, 'playbooks/rumour.yaml')}\n```" in page


def test_causes_clusters_and_profiles_are_those_of_the_detection() -> None:
    assert tuple(KINDS) == CAUSES
    assert get_args(Cluster) == CLUSTERS
    assert set(get_args(Relation)) - {"watched"} <= set(PROFILES)


def test_each_shipped_file_is_named_by_its_id() -> None:
    assert [playbook.file for playbook in SHIPPED] == [f"{playbook.id}.yaml" for playbook in SHIPPED]


@pytest.mark.parametrize(("name", "values"), [("causes", CAUSES), ("clusters", CLUSTERS), ("reasons", REASONS)])
def test_every_cause_and_reason_speaks_for_some_playbook(name: str, values: tuple[str, ...]) -> None:
    assert {value for playbook in SHIPPED for value in getattr(playbook.when, name)} == set(values)


def test_kinds_of_signals_that_tell_only_how_much_is_said_speak_for_no_playbook() -> None:
    spoken = {kind for playbook in SHIPPED for kind in playbook.when.kinds}
    assert set(get_args(SignalKind)) - spoken == {"burst", "negative_burst", "climb", "virality", "high_risk"}


@pytest.mark.parametrize("playbook", SHIPPED, ids=lambda playbook: playbook.id)
def test_the_first_step_is_short_and_due_at_once(playbook: Playbook) -> None:
    first = playbook.steps[0]
    assert first.takes is not None
    assert first.takes <= timedelta(minutes=5)
    assert first.deadline <= timedelta(minutes=10)
    assert not first.stages
    assert first.from_severity == "watch"


@pytest.mark.parametrize("playbook", SHIPPED, ids=lambda playbook: playbook.id)
def test_steps_stand_in_the_order_of_their_phases(playbook: Playbook) -> None:
    first_hour = [step.phase == "first-hour" for step in playbook.steps]
    assert first_hour.index(True) == 0
    after = [step.phase == "after" for step in playbook.steps]
    assert after == sorted(after)
    assert {"first-hour", "after"} <= {step.phase for step in playbook.steps}


@pytest.mark.parametrize(("playbook", "step"), STEPS, ids=lambda each: each.id)
def test_an_instruction_is_short_and_there_in_every_language(playbook: Playbook, step: Step) -> None:
    for language in LANGUAGES:
        for text in (playbook.title, step.what):
            assert getattr(text, language), f"no {language}"
        said = step.what.say(language)
        assert len(said) <= 120, "longer than a phone shows at once"
        assert said[-1] in ".?…"
        assert all(len(sentence.split()) <= 30 for sentence in re.split(r"[.?!] ", said))
    assert re.search("[à-ỹđ]", step.what.vi, re.IGNORECASE), "Vietnamese is written with its marks"


def test_a_step_that_several_playbooks_have_is_worded_alike() -> None:
    wordings: dict[str, set[Wording]] = {}
    for _, step in STEPS:
        wordings.setdefault(step.id, set()).add(step.what)
    assert {step_id: texts for step_id, texts in wordings.items() if len(texts) > 1} == {}


def test_every_shipped_owner_is_a_role_and_every_role_owns_something() -> None:
    assert {step.owner for _, step in STEPS} == set(ROLES)


def test_playbooks_that_an_option_sends_to_are_there() -> None:
    titles = {playbook.title.en for playbook in SHIPPED}
    sent = {
        title
        for _, step in STEPS
        for option in step.options
        if option.do.startswith("Follow")
        for title in re.findall("“([^”]+)”", option.do)
    }
    assert sent
    assert sent <= titles


def sentences(node: Any) -> list[str]:
    if isinstance(node, str):
        return re.split(r"(?<=[.?!:]) ", node)
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [sentence for each in inner for sentence in sentences(each)]


@pytest.mark.parametrize("text", shipped_texts().values(), ids=list(shipped_texts()))
def test_nobody_is_told_to_delete_hide_or_report_what_others_write(text: str) -> None:
    forbidden = re.compile(
        r"\b(delete|hide|hid|report (it|them|the (post|account|mention)s?)|block (them|the author))\b"
    )
    for sentence in sentences(yaml.safe_load(text)):
        if forbidden.search(sentence.lower()):
            assert re.match("(do not|never|let legal secure records, and forbid)", sentence.lower()), sentence


def test_every_key_is_explained_in_the_page() -> None:
    page = (ROOT / "docs" / "playbooks.md").read_text(encoding="utf-8")
    keys = {*read.PLAYBOOK_KEYS, *read.STANCE_KEYS, *read.STEP_KEYS, *read.MATCH_KEYS}
    assert not [key for key in keys if f"\n| `{key}` |" not in page]
    for values in (CAUSES, CLUSTERS, PROFILES):
        assert not [value for value in values if f"`{value}`" not in page]
    assert set(MATCH_LISTS) < set(read.MATCH_KEYS)
