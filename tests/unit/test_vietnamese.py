"""Vietnamese as customers type it: spelt, without diacritics, in teencode, stretched."""

from __future__ import annotations

import unicodedata
from importlib.resources import files
from pathlib import Path

import orjson
import pytest

from schemas.mention import Label
from tests.faults.support.processes import ROOT
from tocsin.detection.vietnamese import feel_vietnamese, judge_vietnamese
from tocsin.detection.vietnamese_words import respell, strip_marks

FEEDBACK: Path = ROOT.parent / "shared" / "data" / "sentiment" / "vi_vsfc_dev.jsonl"

COMPLAINTS = [
    "Shop giao hàng chậm quá, đặt cả tuần rồi mà chưa thấy đâu",
    "Đặt 1 đằng giao 1 nẻo, nhắn tin thì ko rep",
    "App lỗi hoài, vào ko đc, gọi tổng đài 30 phút ko ai nghe máy",
    "Nhân viên thái độ lồi lõm, nói chuyện với khách như bố đời",
    "mạng yếu vl, tối nào cũng lag, đóng tiền đều mà dùng ko đc",
    "ăn xong cả nhà đau bụng đi cấp cứu, tẩy chay quán này",
    "Tự nhiên trừ tiền tài khoản mà không giải thích, ngân hàng làm ăn kiểu gì vậy??",
    "lừa đảo nha mọi người, hàng fake 100%, đừng mua",
    "Toang thật rồi, dính phốt to thế này thì chịu",
    "cùi bắp thật sự, mua về 2 hôm hỏng",
    "chuyến bay bị huỷ, không ai hỗ trợ, chán vcl",
    "Sữa này cho bé uống bị tiêu chảy, hãng phải có câu trả lời",
    "shipper ném hàng, hộp móp méo, bể nát",
    "bảo hành thì đá qua đá lại mấy tháng nay",
    "ngon thì có ngon nhưng phục vụ quá tệ",
    "lộ hết thông tin khách hàng mà im lặng",
    "Mua bảo hiểm bị ép, giờ đòi lại tiền không được",
    "tức quá trời, gọi hoài ko bắt máy",
    "nhà mạng hút máu, tự đăng ký gói cước rồi trừ tiền",
    "Hàng nhận được khác xa hình, vải mỏng dính",
]
PRAISE = [
    "Giao hàng nhanh, đóng gói cẩn thận, sẽ ủng hộ shop tiếp",
    "ngon vl, lần nào ghé cũng ưng",
    "đỉnh nóc kịch trần luôn nha",
    "shop rep nhanh, tư vấn nhiệt tình lắm ạ",
    "sp đẹp, giống hình, giá hạt dẻ",
    "Cảm ơn ngân hàng đã hỗ trợ xử lý nhanh chóng",
    "mạng dạo này mượt hẳn, không lag nữa",
    "không có gì để chê 😍",
    "tuy giao hơi chậm nhưng hàng đẹp, rất hài lòng",
    "cà phê ở đây ngon, nhân viên dễ thương",
    "bay đúng giờ, tiếp viên thân thiện",
]
QUESTIONS_AND_NEWS = [
    "Cho mình hỏi giá bao nhiêu vậy shop?",
    "Còn hàng không ạ",
    "mình cần mua 2 hộp",
    "sản phẩm này dùng có tốt không mọi người?",
    "có nên mua con này không mn",
    "Hôm nay VietJet khai trương đường bay Hà Nội - Cần Thơ",
    "Chi nhánh ở Đà Nẵng nằm ở đường nào ạ",
]


@pytest.mark.parametrize("text", COMPLAINTS)
def test_a_complaint_is_heard_with_and_without_diacritics(text: str) -> None:
    assert [feel_vietnamese(typed)[1] for typed in (text, strip_marks(text))] == ["negative", "negative"]


@pytest.mark.parametrize("text", PRAISE)
def test_praise_is_heard_with_and_without_diacritics(text: str) -> None:
    assert [feel_vietnamese(typed)[1] for typed in (text, strip_marks(text))] == ["positive", "positive"]


@pytest.mark.parametrize("text", QUESTIONS_AND_NEWS)
def test_a_question_or_news_is_neither(text: str) -> None:
    assert feel_vietnamese(text) == (0.0, "neutral")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("dịch vụ tốt", "positive"),
        ("dịch vụ không tốt", "negative"),
        ("dịch vụ chẳng bao giờ tốt", "negative"),
        ("không tệ", "positive"),
        ("shop cần giao nhanh hơn", "negative"),
        ("nên nhiệt tình với khách", "negative"),
        ("phục vụ chu đáo hơn", "negative"),
        ("quán này hay", "positive"),
        ("mua ở đây hay ở kia", "neutral"),
        ("đẹp nhưng mau hỏng", "negative"),
        ("mau hỏng nhưng đẹp", "positive"),
        ("vì rẻ nên mình thích", "positive"),
        ("ngon vãi", "positive"),
        ("vcl", "negative"),
    ],
)
def test_rules_turn_the_words_around(text: str, label: Label) -> None:
    assert feel_vietnamese(text)[1] == label


@pytest.mark.parametrize(
    "text",
    [
        "thương hiệu này chủ yếu bán thiết bị",
        "yếu tố kinh tế trong quý 2",
        "nước ép ở bể bơi",
        "điều kiện giao hàng",
        "trả nợ qua thẻ ghi nợ",
    ],
)
def test_a_word_that_only_holds_a_strong_syllable_says_nothing(text: str) -> None:
    assert judge_vietnamese(text).because == ()


@pytest.mark.parametrize(
    ("typed", "spelt"),
    [("quáaaa", "quá"), ("huỷ", "hủy"), ("hoà", "hòa"), ("kĩ", "kĩ"), ("kỹ", "kĩ"), ("quý", "quí"), ("ko", "không")],
)
def test_one_spelling_for_many(typed: str, spelt: str) -> None:
    assert respell(typed) == spelt


def test_a_text_taken_apart_into_letters_and_marks_is_the_same_text() -> None:
    text = "Giao hàng quá chậm, thái độ tệ"
    assert feel_vietnamese(unicodedata.normalize("NFD", text)) == feel_vietnamese(text)


def test_both_ways_agree_and_the_words_that_counted_are_told() -> None:
    text = "Nhân viên thân thiện nhưng giao hàng chậm 😡"
    judgement = judge_vietnamese(text)
    assert (judgement.sentiment, judgement.label) == feel_vietnamese(text)
    assert judgement.because == ("😡: complaint -4.2", "giao hàng chậm: complaint -2.8", "thân thiện: praise +1.0")


def test_what_counted_is_told_as_it_was_typed() -> None:
    assert judge_vietnamese("dịch vụ kĩ lưỡngggg").because == ("kĩ lưỡngggg: praise +2.0",)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "???", "không", "hơn", "nhưng", "@#$%", "k" * 5000, "tốt nhưng " * 9_000, "\ud83d"]
)
def test_any_text_has_a_sentiment_of_its_label_s_sign(text: str) -> None:
    sentiment, label = feel_vietnamese(text)
    assert -1.0 <= sentiment <= 1.0
    assert label == ("positive" if sentiment > 0 else "negative" if sentiment < 0 else "neutral")


def test_every_line_of_the_lexicon_can_be_read_and_says_its_origin() -> None:
    folder = files("tocsin.detection").joinpath("lexicons")
    for name, columns in (("vi.tsv", 3), ("vi_teencode.tsv", 2)):
        lines = folder.joinpath(name).read_text(encoding="utf-8").splitlines()
        assert any(line.startswith("# Origin:") for line in lines)
        rows = [line for line in lines if not line.startswith("#")]
        assert all(len(row.split("\t")) == columns for row in rows)
        assert len(rows) == len(set(rows))


@pytest.mark.skipif(
    not FEEDBACK.exists(), reason="the feedback set is not beside this checkout (shared/data/sentiment)"
)
@pytest.mark.parametrize(("is_bare", "least"), [(False, 0.87), (True, 0.85)])
def test_feedback_of_students_is_read_as_people_read_it(is_bare: bool, least: float) -> None:
    rows = [orjson.loads(line) for line in FEEDBACK.read_bytes().splitlines()]
    truth = [row["label"] == "negative" for row in rows]
    heard = [feel_vietnamese(strip_marks(row["text"]) if is_bare else row["text"])[1] == "negative" for row in rows]
    hits = sum(told and own for told, own in zip(truth, heard, strict=True))
    assert 2 * hits / (sum(truth) + sum(heard)) >= least
