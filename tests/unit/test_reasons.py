"""What a complaint is about, told by its words."""

from __future__ import annotations

from importlib.resources import files

import pytest

from bench.reasons import DATA, restore
from tocsin.detection.cues import Cue, Cues, read_cues
from tocsin.detection.reasons import ENOUGH, REASONS, explain_reasons, find_reasons, find_reasons_folded


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("On hold for 40 minutes and nobody answers", "en", "service"),
        ("3 hours late, still sitting on the tarmac", "en", "delay"),
        ("You cancelled my booking without a word", "en", "cancellation"),
        ("You lost my luggage again", "en", "delivery"),
        ("The parcel never arrived", "en", "delivery"),
        ("It stopped working after two days, defective junk", "en", "product-defect"),
        ("I was charged twice and want my money back", "en", "billing"),
        ("Your website gives an error message at checkout", "en", "booking"),
        ("Food poisoning after eating here", "en", "safety"),
        ("My personal information is all over the web after your data breach", "en", "privacy"),
        ("They refused to serve us because of my race", "en", "discrimination"),
        ("The flight attendant was so rude", "en", "employee"),
        ("Is it true or a hoax? Can anyone confirm", "en", "rumour"),
        ("Child labour in their factories", "en", "ethics"),
        ("Hate the new logo and that commercial", "en", "other"),
        ("Nadie contesta el teléfono de atención al cliente", "es", "service"),
        ("El vuelo lleva dos horas de retraso", "es", "delay"),
        ("Me cancelaron el vuelo", "es", "cancellation"),
        ("Mi pedido no ha llegado", "es", "delivery"),
        ("Llegó roto y no funciona", "es", "product-defect"),
        ("Me hicieron un cobro indebido", "es", "billing"),
        ("La página web no me deja comprar", "es", "booking"),
        ("Nos intoxicamos con su comida", "es", "safety"),
        ("Filtraron mis datos personales", "es", "privacy"),
        ("Empleados racistas, me discriminaron", "es", "discrimination"),
        ("La empleada fue muy grosera", "es", "employee"),
        ("¿Es cierto que cierran? Dicen que es un bulo", "es", "rumour"),
        ("Publicidad engañosa, una estafa", "es", "ethics"),
        ("Gọi tổng đài không ai nghe máy", "vi", "service"),
        ("Delay 3 tiếng, chờ mãi", "vi", "delay"),
        ("Hãng hủy chuyến không báo", "vi", "cancellation"),
        ("Giao hàng chậm, chưa nhận được hàng", "vi", "delivery"),
        ("Máy mua về sập nguồn, bị lỗi", "vi", "product-defect"),
        ("Tự nhiên bị trừ tiền", "vi", "billing"),
        ("App không đăng nhập được", "vi", "booking"),
        ("Ăn xong ngộ độc phải nhập viện", "vi", "safety"),
        ("Rò rỉ dữ liệu khách hàng", "vi", "privacy"),
        ("Phân biệt đối xử với khách Việt", "vi", "discrimination"),
        ("Nhân viên hỗn láo với khách", "vi", "employee"),
        ("Nghe đồn thôi, tin giả đấy", "vi", "rumour"),
        ("Công ty trốn thuế, xả thải ra sông", "vi", "ethics"),
        ("goi tong dai khong ai nghe may", "vi", "service"),
        ("bi tru tien oan", "vi", "billing"),
    ],
)
def test_the_first_reason_is_what_the_complaint_is_about(text: str, language: str, reason: str) -> None:
    assert find_reasons(text, language)[0] == reason


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "en"),
        ("What a lovely day", "en"),
        ("See you later, plates and gladiators", "en"),
        ("Better late than never", "en"),
        ("I recall that summer", "en"),
        ("Fire sale this weekend", "en"),
        ("Buenas tardes a todos", "es"),
        ("Chào cả nhà", "vi"),
        ("My luggage is lost", "fr"),
    ],
)
def test_where_nothing_speaks_there_is_no_reason(text: str, language: str) -> None:
    assert find_reasons(text, language) == ()


def test_several_reasons_come_with_the_heaviest_first_and_their_cues() -> None:
    text = "Cancelled my flight, then 2 hours on hold"
    found = explain_reasons(text, "en")
    assert tuple(reason.reason for reason in found) == find_reasons(text, "en")
    assert [reason.weight for reason in found] == sorted((reason.weight for reason in found), reverse=True)
    assert {reason.reason: reason.cues[0] for reason in found}["service"] == "on hold"
    assert all(reason.weight >= ENOUGH for reason in found)


def test_a_text_of_unknown_language_is_read_as_english() -> None:
    assert find_reasons("Lost my luggage", "und") == ("delivery",)


@pytest.mark.parametrize("text", ["\x00", "lost " * 20_000, "*+-", "a" * 100_000, "😀"])
def test_any_text_is_read(text: str) -> None:
    assert set(find_reasons(text, "en")) <= set(REASONS)


def test_words_are_found_whole_and_stems_as_beginnings() -> None:
    cues = Cues([Cue("late", "delay", 1.0), Cue("cancel*", "cancellation", 1.0)])
    assert [cue.text for cue in cues.find("later cancelled plate late")] == ["cancel*", "late"]


def test_parts_of_a_cue_are_found_in_any_order() -> None:
    cues = Cues([Cue("lost + bag*", "delivery", 1.0)])
    assert cues.find("my bags? all lost!") and not cues.find("my bags") and not cues.find("lost")


def test_a_cue_inside_a_longer_one_is_not_counted_again() -> None:
    cues = Cues([Cue("service", "service", 0.5), Cue("service is down", "product-defect", 1.0)])
    assert [cue.text for cue in cues.find("the service is down")] == ["service is down"]
    assert [cue.text for cue in cues.find("service, when the service is down")] == ["service", "service is down"]


def test_a_shield_silences_what_it_overlaps_but_not_what_holds_it() -> None:
    cues = Cues([Cue("death", "safety", 1.0), Cue("crushed to death", "safety", 1.0), Cue("to death", "-", 1.0)])
    assert cues.find("bored to death") == []
    assert [cue.text for cue in cues.find("crushed to death")] == ["crushed to death"]
    assert [cue.text for cue in cues.find("bored to death by his death")] == ["death"]


@pytest.mark.parametrize("name", ["en.tsv", "es.tsv", "vi.tsv"])
def test_every_cue_is_for_a_reason_of_the_list_and_each_reason_has_cues(name: str) -> None:
    cues = list(read_cues(name))
    assert {cue.sign for cue in cues} == {*REASONS, "-"}
    assert all(0 < cue.weight <= 5 for cue in cues)
    assert len({(cue.text, cue.sign) for cue in cues}) == len(cues)
    text = files("tocsin.detection").joinpath("reason_cues", name).read_text(encoding="utf-8")
    assert "# Origin:" in text


def test_folded_texts_give_the_same() -> None:
    assert find_reasons_folded("no ha llegado mi pedido", "es") == find_reasons("NO ha LLEGADO mi pedído", "es")


@pytest.mark.skipif(not DATA.exists(), reason="the airline data is not beside this checkout (shared/data/airline)")
def test_complaints_to_airlines_are_sorted_as_people_sorted_them() -> None:
    import csv

    from bench.reasons import guess, score

    with DATA.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["negativereason"]]
    scores = score([row["negativereason"] for row in rows], [guess(restore(row["text"])) for row in rows])
    assert len(scores) == 10
    assert sum(entry.f1 for entry in scores) / 10 >= 0.45
