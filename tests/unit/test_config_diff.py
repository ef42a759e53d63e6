"""Two versions of a file, compared in words: what is there, what is gone, and what has to be learned anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.cli.main import main
from tocsin.detection.watchlist import parse_watchlist
from tocsin.proofread.differences import Change, compare_plans, compare_watchlists
from tocsin.response.plan import parse_plan

BRAND = "brands:\n- id: acme\n  name: Acme\n  keywords: [acme]\n  topics: {app: {keywords: [app]}}\n"
PEOPLE = "people:\n  ana: {name: Ana, notifiers: [hook]}\n  ben: {name: Ben, notifiers: [hook]}\n"
HOOK = "notifiers:\n  hook: {kind: webhook, url: https://example.org/secret-path}\n"


def watchlists(old: str, new: str) -> list[Change]:
    return compare_watchlists(parse_watchlist(old), parse_watchlist(new))


def plans(old: str, new: str) -> list[Change]:
    return compare_plans(parse_plan(old), parse_plan(new))


def test_equal_files_say_the_same() -> None:
    assert watchlists(BRAND, BRAND) == []
    assert plans(PEOPLE + HOOK, PEOPLE + HOOK) == []


def test_brands_come_and_go() -> None:
    added, removed = watchlists(BRAND, BRAND.replace("acme", "zenith"))[::-1]
    assert (added.kind, added.what) == ("added", 'brand "zenith"')
    assert "warm-up takes 2 days" in added.details[0]
    assert (removed.kind, removed.what) == ("removed", 'brand "acme"')


def test_another_keyword_means_that_normal_is_learned_anew() -> None:
    (change,) = watchlists(BRAND, BRAND.replace("keywords: [acme]", "keywords: [acmecoffee]"))
    assert change.details == (
        "keywords: + acmecoffee, − acme",
        "what counts for the brand changes: what is normal for it is learned anew (warm-up, 2 days)",
    )


@pytest.mark.parametrize("new", ["keywords: [ACME]", "keywords: [acme, Acme]", "phrases: [acme]"])
def test_the_same_term_written_otherwise_changes_no_count(new: str) -> None:
    (change,) = watchlists(BRAND, BRAND.replace("keywords: [acme]", new))
    assert not [detail for detail in change.details if "learned anew" in detail]


def test_another_word_of_a_topic_concerns_that_topic_alone() -> None:
    (change,) = watchlists(BRAND, BRAND.replace("keywords: [app]", "keywords: [app, login]"))
    assert change.details == (
        "topics: app changed (keywords: + login)",
        'what counts for topic "app" changes: what is normal for it is learned anew (warm-up, 2 days)',
    )


def test_a_new_name_and_new_high_risk_terms_change_no_count() -> None:
    brand, everybody = watchlists(BRAND, BRAND.replace("name: Acme", "name: Acme Inc.") + "high_risk: [fire]\n")
    assert brand.details == ("name: Acme → Acme Inc.",)
    assert everybody.details == ("high_risk: + fire",)


def test_what_differs_in_a_plan_is_told_key_by_key() -> None:
    policy = "escalations:\n  all: {steps: [{targets: [ana]}], repeats: 3}\n"
    other = "escalations:\n  all: {steps: [{targets: [ana]}, {targets: [ben], delay: 5 min}], repeats: 1}\n"
    (change,) = plans(PEOPLE + HOOK + policy, PEOPLE + HOOK + other)
    assert change.what == 'escalation "all"'
    assert change.details == (
        "steps: (targets: ana) → (targets: ana), (targets: ben, delay: 5 min)",
        "repeats: 3 → 1",
    )


def test_an_address_is_compared_without_its_path_which_may_be_a_secret() -> None:
    (path,) = plans(HOOK, HOOK.replace("secret-path", "other-path"))
    (host,) = plans(HOOK, HOOK.replace("example.org", "example.com"))
    assert path.details == ("url: another path at example.org",)
    assert host.details == ("url: example.org → example.com",)


def test_another_kind_of_notifier_is_told_as_such() -> None:
    (change,) = plans(HOOK, "notifiers:\n  hook: {kind: log}\n")
    assert change.details == ("kind: webhook → log",)


def test_silences_are_known_by_their_brand_topic_and_end() -> None:
    silence = "silences:\n- {brand: acme, topic: app, until: 2030-01-01T00:00:00Z, by: ana, reason: r}\n"
    (change,) = plans(PEOPLE + HOOK, PEOPLE + HOOK + silence)
    assert change == Change("added", 'silence "acme|app until 2030-01-01T00:00:00+00:00"')


def test_the_command_compares_two_of_a_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, plan = tmp_path / "old.yaml", tmp_path / "new.yaml", tmp_path / "plan.yaml"
    old.write_text(BRAND)
    new.write_text(BRAND.replace("[acme]", "[acme, acmecoffee]"))
    plan.write_text(HOOK)

    assert main(["config", "diff", str(old), str(new)]) == 0
    assert capsys.readouterr().out.startswith('~ brand "acme"\n    keywords: + acmecoffee\n')
    assert main(["config", "diff", str(old), str(old)]) == 0
    assert capsys.readouterr().out == "they say the same\n"
    assert main(["config", "diff", str(old), str(plan)]) == 2
    assert "compare two of a kind" in capsys.readouterr().err
