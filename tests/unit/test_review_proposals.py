"""What a review proposes: diffs that `patch` takes, of files that can be read again, and nothing without a reason."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from schemas.crisis import Crisis
from tests.builders import a_crisis
from tests.reviews import DAY, MINUTE, RESPONSE, WATCHLIST, Story, a_night, own, review_of
from tocsin.detection.watchlist import parse_watchlist
from tocsin.response.plan import parse_plan
from tocsin.response.playbooks.read import parse_playbook, read_library, shipped_texts
from tocsin.response.review.draft import Review
from tocsin.response.review.proposals import Files


@pytest.fixture(scope="module")
def night() -> Review:
    return review_of(a_night())


def apply(review: Review, files: dict[str, str], folder: Path) -> dict[str, str]:
    """Every diff, one after the other, as a person would."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for proposal in review.proposals:
        if proposal.diff:
            (folder / proposal.file).parent.mkdir(parents=True, exist_ok=True)
            command = ["patch", proposal.file] if (folder / proposal.file).exists() else ["patch", "-p0"]
            done = subprocess.run(command, cwd=folder, input=proposal.diff, text=True, capture_output=True, check=False)
            assert done.returncode == 0, f"{proposal.title}: {done.stdout}\n{proposal.diff}"
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.yaml")}


def test_distinctive_words_that_nothing_watches_become_a_topic(night: Review, tmp_path: Path) -> None:
    found = apply(night, {"watchlist.yaml": WATCHLIST, "response.yaml": RESPONSE, "own.yaml": own(night)}, tmp_path)
    (brand,) = parse_watchlist(found["watchlist.yaml"]).brands
    new = {topic.id: topic for topic in brand.topics}["snacks"]
    assert (new.keywords, new.phrases) == (("snacks",), ("brake failure",))
    assert "# stays" in found["watchlist.yaml"]


def test_words_of_a_topics_own_crisis_join_that_topic(tmp_path: Path) -> None:
    story = Story(topic="service")
    found = apply(
        review_of(story), {"watchlist.yaml": WATCHLIST, "response.yaml": RESPONSE, "own.yaml": "id: x\n"}, tmp_path
    )
    (topic,) = parse_watchlist(found["watchlist.yaml"]).brands[0].topics
    assert topic.keywords == ("rude", "snacks")
    assert topic.phrases == ("brake failure",)


def test_a_second_step_that_waits_too_long_waits_less(night: Review, tmp_path: Path) -> None:
    found = apply(night, {"watchlist.yaml": WATCHLIST, "response.yaml": RESPONSE, "own.yaml": own(night)}, tmp_path)
    (policy,) = parse_plan(found["response.yaml"]).escalations
    assert policy.steps[1].delay.total_seconds() == 300


def dismissed(id: str, at: float, terms: tuple[str, ...] = ()) -> Crisis:
    return a_crisis(id=id, severity="elevated", status="dismissed", at=at, terms=terms, closed_because="a film")


def test_mostly_false_alarms_are_paged_from_the_next_severity_on(tmp_path: Path) -> None:
    story = a_night()
    crises = [*(dismissed(f"d{number}", -number * DAY) for number in range(1, 5)), story.crisis]
    found = apply(
        review_of(story, crises=crises),
        {"watchlist.yaml": WATCHLIST, "response.yaml": RESPONSE, "own.yaml": own(review_of(story))},
        tmp_path,
    )
    assert parse_plan(found["response.yaml"]).escalations[0].only_from == "severe"
    assert "# all alarms" in found["response.yaml"]


@pytest.mark.parametrize("count", [0, 2])
def test_few_labels_change_no_threshold(count: int) -> None:
    story = a_night()
    crises = [dismissed(f"d{number}", -number * DAY) for number in range(count)]
    assert not any("Page from" in each.title for each in review_of(story, crises=crises).proposals)


def test_old_outcomes_and_other_brands_say_nothing() -> None:
    crises = [dismissed(f"d{number}", -100 * DAY) for number in range(5)]
    crises += [dismissed(f"e{number}", 0).replace(brand="zeta") for number in range(5)]
    assert not review_of(a_night(), crises=crises).outcomes.false


def test_a_dismissed_crisis_proposes_exclusions_of_words_that_no_real_one_had(tmp_path: Path) -> None:
    story = Story(terms=("acme island", "movie trailer", "snacks"))
    story.act("k1", MINUTE, action="dismiss", by="ana", reason="a film of that name")
    real = a_crisis(id="real", status="reviewed", at=-DAY, terms=("snacks",))
    review = review_of(story, crises=[story.crisis, real])
    found = apply(review, {"watchlist.yaml": WATCHLIST, "response.yaml": RESPONSE, "own.yaml": "id: x\n"}, tmp_path)
    (brand,) = parse_watchlist(found["watchlist.yaml"]).brands
    assert brand.exclusions == ("looney tunes", "acme island", "movie trailer")
    assert "It was a false alarm: a film of that name." in review.to_change


def late_night() -> Story:
    """The first step of the playbook is done an hour and a half late."""
    story = Story()
    step = read_library().playbooks[story.crisis.playbook].steps[0]
    story.act("k1", MINUTE, action="acknowledge", by="ana")
    story.act("k2", step.deadline.total_seconds() + 22 * MINUTE, action="note", by="ana", text=f"{step.id}: done")
    return story


def test_a_step_that_was_late_gets_a_deadline_that_can_be_met_in_the_persons_own_file(tmp_path: Path) -> None:
    story = late_night()
    review = review_of(story)
    before = parse_playbook(own(review), "own.yaml")
    found = apply(review, {"watchlist.yaml": WATCHLIST, "response.yaml": RESPONSE, "own.yaml": own(review)}, tmp_path)
    after = parse_playbook(found["own.yaml"], "own.yaml")
    assert (after.steps[0].deadline - before.steps[0].deadline).total_seconds() == 25 * MINUTE
    assert after.version == before.version + 1
    assert after.steps[1:] == before.steps[1:]


def test_a_shipped_playbook_is_revised_as_a_file_of_ones_own(tmp_path: Path) -> None:
    story = late_night()
    files = Files(shipped=shipped_texts(), folder="books")
    (proposal,) = [each for each in review_of(story, files=files, plan=None).proposals if "playbook" in each.title]
    found = apply(review_of(story, files=files, plan=None), {}, tmp_path)
    assert parse_playbook(found[proposal.file], "own").version == 2


def test_without_a_folder_of_own_playbooks_it_says_what_to_do_first() -> None:
    (proposal,) = review_of(late_night(), files=Files(shipped=shipped_texts()), plan=None).proposals
    assert "names no folder of own playbooks" in proposal.why
    assert not proposal.diff


def test_what_is_shared_by_an_anchor_is_told_in_words() -> None:
    acme = "  - id: acme\n    keywords: [acme]\n    topics: &t\n      service: {keywords: [rude]}\n"
    text = f"brands:\n{acme}  - id: b\n    keywords: [b]\n    topics: *t\n"
    files = Files(watchlist=("w.yaml", text), read_watchlist=parse_watchlist)
    (proposal,) = review_of(a_night(), files=files, plan=None).proposals[:1]
    assert not proposal.diff
    assert "Change it by hand" in proposal.why


@pytest.mark.parametrize(
    "term", ['x"]\n  - id: evil', "<b>bold</b>", "${x}", "a: b", "*anchor", "-- patch", "x" * 60, "\u202egnp", "@admin"]
)
def test_a_word_of_a_stranger_that_could_be_markup_is_never_proposed(term: str) -> None:
    review = review_of(Story(terms=(term,)))
    assert not any(each.file == "watchlist.yaml" for each in review.proposals)
