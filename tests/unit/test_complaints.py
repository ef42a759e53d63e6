from __future__ import annotations

from tocsin.detection.complaints import count_points, weigh_points


def test_cues_add_up_and_stop_at_six() -> None:
    assert count_points(2.0, 0.0, 0.0) == 2.0
    assert count_points(50.0, 0.0, 0.0) == 6.0


def test_praise_takes_points_away_but_never_below_none() -> None:
    assert count_points(2.0, 0.0, 1.0) < 2.0
    assert count_points(0.0, 0.0, 5.0) == 0.0


def test_a_polite_question_needs_two_good_cues() -> None:
    assert count_points(1.0, 0.0, 0.0, is_polite_question=True) == 0.0
    assert count_points(2.0, 0.0, 0.0, is_polite_question=True) == 2.0


def test_each_sign_of_a_complaint_adds() -> None:
    plain = count_points(1.0, 0.0, 0.0)
    assert count_points(1.0, 0.0, 0.0, has_duration=True) > plain
    assert count_points(1.0, 0.0, 0.0, is_doubly_asked=True) > plain
    assert count_points(1.0, 0.0, 0.0, is_addressed=True) > plain


def test_sarcastic_praise_is_counted_against() -> None:
    assert count_points(2.0, 0.0, 2.0, is_sarcastic=True) > count_points(2.0, 0.0, 2.0)


def test_a_point_weighs_most_in_english() -> None:
    assert weigh_points(1.0, "en") > weigh_points(1.0, "es") == weigh_points(1.0, "de")
