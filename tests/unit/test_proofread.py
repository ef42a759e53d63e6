"""Both files are read to their end: each mistake with its line, and what is doubtful though it can be used."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.house.checkout import ROOT
from tocsin.cli.main import main
from tocsin.configuration import load_preset, preset_names
from tocsin.detection.watchlist import parse_watchlist
from tocsin.proofread.advice import advise_on_plan, advise_on_watchlist
from tocsin.proofread.lines import Lines, without_entry
from tocsin.proofread.read import find_mistakes, read_files
from tocsin.response.plan import parse_plan

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

TWO_BRANDS = """\
brands:
  - id: acme
    keyword: [acme]
  - id: other
    keywords: [other]
  - id: third
    keywords: [two words]
high_risk: [fire]
"""

PLAN = """\
people:
  ana: {name: Ana, notifiers: [log]}
notifiers:
  log: {kind: log}
"""


def lines_of_mistakes(text: str) -> list[int]:
    mistakes = find_mistakes(text, "w.yaml", lambda read, file: parse_watchlist(read, file))
    return [int(each.what.split(":")[1]) for each in mistakes]


def test_each_brand_with_a_mistake_is_named_with_its_line() -> None:
    assert lines_of_mistakes(TWO_BRANDS) == [3, 7]


def test_a_brand_that_was_left_out_causes_no_mistake_of_its_own() -> None:
    assert lines_of_mistakes("brands:\n  - id: acme\n    keyword: [acme]\n") == [3]


def test_a_brand_whose_anchor_others_use_ends_the_reading() -> None:
    text = "brands:\n  - id: a\n    keywords: &k [x]\n    wrong: 1\n  - id: b\n    keywords: *k\n"
    assert lines_of_mistakes(text) == [4]


def test_brands_on_one_line_are_not_taken_apart() -> None:
    assert lines_of_mistakes("brands: [{id: a, wrong: 1}, {id: b, wrong: 2}]\n") == [1]


def test_what_is_no_yaml_is_one_mistake() -> None:
    assert lines_of_mistakes("brands: [\n  - }\n") == [2]


def test_mistakes_of_different_sections_of_a_plan_are_told_together() -> None:
    text = (
        PLAN
        + "policies:\n  one: {notifiers: [lag]}\n  two: {notifiers: [log], brands: [acmee]}\n"
        + "silences:\n  - {brand: acme, until: tomorrow, by: ana, reason: r}\n"
    )
    mistakes = find_mistakes(text, "r.yaml", lambda read, file: parse_plan(read, file, ["acme"]))
    told = [each.what for each in mistakes]
    assert len(told) == 3
    assert "r.yaml:6:" in told[0] and 'no notifier "lag"' in told[0]
    assert "r.yaml:7:" in told[1] and 'no brand "acmee"' in told[1]
    assert mistakes[1].then == 'did you mean "acme"?'
    assert "r.yaml:9:" in told[2]


def test_a_person_with_a_mistake_hides_nobody_who_is_named_elsewhere() -> None:
    text = "people:\n  ana: {nam: Ana}\nteams:\n  desk: {members: [ana]}\n"
    assert len(find_mistakes(text, "r.yaml", parse_plan)) == 1


def test_a_text_without_an_entry_keeps_its_lines() -> None:
    left = without_entry(TWO_BRANDS, 3, ["brands"])
    assert left is not None
    assert left.splitlines()[1:3] == ["", ""]
    assert left.splitlines()[3:] == TWO_BRANDS.splitlines()[3:]
    assert without_entry(TWO_BRANDS, 8, ["brands"]) is None


def test_a_line_is_found_by_its_path_or_what_is_above_it() -> None:
    lines = Lines(TWO_BRANDS)
    assert lines.of("brands", 1, "keywords", 0) == 5
    assert lines.of("brands", 1, "phrases", 0) == 4


# -- advice --------------------------------------------------------------------------------------------------------


def advice_on(text: str) -> list[str]:
    return [f"{each.place} {each.what}" for each in advise_on_watchlist(parse_watchlist(text), text, "w.yaml")]


def test_a_term_of_two_brands_is_told_at_the_second() -> None:
    text = "brands:\n- id: a\n  keywords: [Café]\n- id: b\n  keywords: [x1x, cafe]\n"
    (told,) = advice_on(text)
    assert told.startswith('w.yaml:5 "cafe" names the brands "a" and "b"')


def test_a_handle_and_a_word_are_two_things() -> None:
    assert not advice_on('brands:\n- id: a\n  handles: ["@acme"]\n- id: b\n  keywords: [acme]\n')


@pytest.mark.parametrize(("keyword", "is_told"), [("aa", True), ("3m", True), ("ibm", False), ("京东", False)])
def test_a_very_short_keyword_is_told_where_words_have_borders(keyword: str, is_told: bool) -> None:
    assert bool(advice_on(f'brands:\n- id: a\n  keywords: ["{keyword}"]\n')) is is_told


def test_a_topic_whose_terms_are_all_excluded_can_never_match() -> None:
    text = (
        "brands:\n- id: a\n  keywords: [acme]\n  exclusions: [refund]\n  topics:\n"
        "    money: {keywords: [refund]}\n    queue: {keywords: [refund, queue*]}\n"
    )
    (told,) = advice_on(text)
    assert told.startswith('w.yaml:6 topic "money" of brand "a" can never match')


def test_a_brand_that_its_exclusions_remove_can_never_match() -> None:
    (told,) = advice_on("brands:\n- id: a\n  keywords: [acme]\n  exclusions: [acme]\n  topics: {t: {keywords: [x]}}\n")
    assert told.startswith('w.yaml:4 brand "a" can never match')


@pytest.mark.parametrize("name", preset_names())
def test_the_presets_are_what_they_should_be(name: str) -> None:
    text = (ROOT / "tocsin" / "presets" / f"{name}.yaml").read_text(encoding="utf-8")
    told = [each.what for each in advise_on_watchlist(load_preset(name), text, name)]
    assert not [each for each in told if "never match" in each or "so short" in each]


WATCHLIST = parse_watchlist(
    "brands:\n- {id: acme, keywords: [acme], topics: {app: {keywords: [app]}}}\n- {id: other, keywords: [other]}\n"
)


def advice_on_plan(text: str) -> list[str]:
    advice = advise_on_plan(parse_plan(text), WATCHLIST, text, "r.yaml", NOW)
    return [f"{each.place} {each.what}" for each in advice]


def test_a_brand_that_no_policy_and_no_escalation_knows_is_told() -> None:
    text = PLAN + "policies:\n  p: {brands: [acme], notifiers: [log]}\n"
    told = advice_on_plan(text)
    assert 'r.yaml nobody is paged about brand "acme": no escalation is for it' in told[0]
    assert 'r.yaml nobody is told of brand "other"' in told[1]
    assert len(told) == 2


def test_an_escalation_for_all_brands_leaves_nothing_to_tell() -> None:
    assert advice_on_plan(PLAN + "escalations:\n  all: {steps: [{targets: [ana]}]}\n") == []


def test_an_escalation_only_for_lesser_crises_does_not_exist_and_only_for_worse_ones_is_meant() -> None:
    assert advice_on_plan(PLAN + "escalations:\n  all: {only_from: critical, steps: [{targets: [ana]}]}\n") == []


def test_a_silence_that_has_ended_and_one_of_no_topic_are_told_with_their_lines() -> None:
    text = (
        PLAN
        + "escalations:\n  all: {steps: [{targets: [ana]}]}\nsilences:\n"
        + "  - {brand: acme, until: 2026-03-01T12:00:00Z, by: ana, reason: r}\n"
        + "  - {brand: acme, topic: ap, until: 2026-03-01T12:00:01Z, by: ana, reason: r}\n"
    )
    told = advice_on_plan(text)
    assert told[0].startswith('r.yaml:8 silence 1 (brand "acme") has ended')
    assert told[1].startswith('r.yaml:9 silence 2 (brand "acme") mutes nothing')
    assert len(told) == 2


# -- files and the command -----------------------------------------------------------------------------------------


def test_the_starter_files_are_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--dir", str(tmp_path)]) == 0
    files = read_files(tmp_path / "watchlist.yaml", tmp_path / "response.yaml", NOW)
    assert files.watchlist and files.plan
    assert (files.mistakes, files.advice) == ((), ())


def test_the_command_tells_the_mistakes_of_both_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    watchlist, response = tmp_path / "w.yaml", tmp_path / "r.yaml"
    watchlist.write_text(TWO_BRANDS)
    response.write_text("notifier: {}\n")

    assert main(["check-config", "--watchlist", str(watchlist), "--response", str(response)]) == 2

    told = capsys.readouterr().out
    for part in ("w.yaml:3", "w.yaml:7", "r.yaml:1", 'did you mean "notifiers"?', "3 mistakes"):
        assert part in told


def test_warnings_fail_only_a_strict_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    watchlist = tmp_path / "w.yaml"
    watchlist.write_text("brands:\n- {id: a, keywords: [ab]}\n")
    command = ["check-config", "--watchlist", str(watchlist)]

    assert main(command) == 0
    assert "so short" in capsys.readouterr().out
    assert main([*command, "--strict", "--json"]) == 2
    assert '"warnings": [{"place": ' in capsys.readouterr().out


def test_a_response_plan_that_was_named_and_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text("brands:\n- {id: a, keywords: [acme]}\n")
    files = read_files(tmp_path / "w.yaml", tmp_path / "r.yaml", NOW, needs_response=True)
    assert [each.then for each in files.mistakes] == ["write a starter with `tocsin init`"]
    lenient = read_files(tmp_path / "w.yaml", tmp_path / "r.yaml", NOW)
    assert not lenient.mistakes
    assert "pages nobody" in lenient.advice[0].what or "page nobody" in lenient.advice[0].what
