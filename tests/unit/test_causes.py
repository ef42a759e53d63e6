"""Whose fault a complaint says it is, and what one mention is enough for."""

from __future__ import annotations

import pytest

from tocsin.detection.causes import KINDS, Cause, find_cause, find_cause_cues
from tocsin.detection.cues import read_cues
from tocsin.detection.high_risk import explain_high_risk, find_high_risk
from tocsin.detection.reasons import REASONS, find_reasons


@pytest.mark.parametrize(
    ("text", "language", "cluster", "kind"),
    [
        ("That video is a hoax, fake news", "en", "victim", "rumour"),
        ("All flights delayed because of the snowstorm", "en", "victim", "disaster"),
        ("A gunman entered the store", "en", "victim", "violence"),
        ("Their site was hacked, ransomware they say", "en", "victim", "tampering"),
        ("Tone deaf ad, boycott them", "en", "accidental", "challenge"),
        ("The servers are down again, an outage", "en", "accidental", "technical-error"),
        ("Defective charger that overheats", "en", "accidental", "product-harm"),
        ("Careless staff, pure negligence", "en", "preventable", "human-error"),
        ("They knew about it and covered it up, they lied", "en", "preventable", "misdeed"),
        ("Es un bulo, noticia falsa", "es", "victim", "rumour"),
        ("Se cayó el sistema otra vez", "es", "accidental", "technical-error"),
        ("Ocultaron todo a sabiendas", "es", "preventable", "misdeed"),
        ("Lỗi hệ thống, app lỗi", "vi", "accidental", "technical-error"),
        ("Nhân viên cẩu thả, tắc trách", "vi", "preventable", "human-error"),
        ("Cố tình che giấu khách hàng", "vi", "preventable", "misdeed"),
        ("Toàn tin đồn thất thiệt", "vi", "victim", "rumour"),
    ],
)
def test_the_words_tell_the_cause(text: str, language: str, cluster: str, kind: str) -> None:
    cause = find_cause(find_reasons(text, language), find_cause_cues(text, language))
    assert cause is not None
    assert (cause.cluster, cause.kind) == (cluster, kind)


def test_without_cues_the_first_reason_tells() -> None:
    assert find_cause(("delay", "service")) == Cause("accidental", "technical-error", ("delay",))


def test_a_cue_weighs_more_than_a_reason_and_is_told() -> None:
    cause = find_cause(("delay",), find_cause_cues("delayed by the storm", "en"))
    assert cause == Cause("victim", "disaster", ("storm",))


def test_of_equals_the_one_with_more_responsibility_counts() -> None:
    cues = [*find_cause_cues("a hoax", "en"), *find_cause_cues("corrupt", "en")]
    assert find_cause((), cues) == find_cause((), cues[::-1])
    assert find_cause((), cues) == Cause("preventable", "misdeed", ("corrupt*",))


def test_where_nothing_speaks_there_is_no_cause() -> None:
    assert find_cause(()) is None
    assert find_cause_cues("hello", "en") == find_cause_cues("retard", "fr") == ()


def test_every_reason_usually_means_a_cause_and_every_cue_names_a_kind() -> None:
    assert all(find_cause((reason,)) is not None for reason in REASONS)
    for name in ("cause_en.tsv", "cause_es.tsv", "cause_vi.tsv"):
        assert {cue.sign for cue in read_cues(name)} - {"-"} == set(KINDS)


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("Two people were killed in the plant", "en", "death"),
        ("A worker was crushed to death", "en", "death"),
        ("My son was hospitalized after eating your nuggets", "en", "injury"),
        ("Passengers injured during turbulence", "en", "injury"),
        ("I got food poisoning at your place", "en", "poisoning"),
        ("There was glass in my coffee", "en", "poisoning"),
        ("Massive safety recall announced", "en", "recall"),
        ("Huge data breach at the bank", "en", "breach"),
        ("The regulator opened a case", "en", "legal"),
        ("Class action filed today, a lawsuit", "en", "legal"),
        ("Your manager is racist", "en", "discrimination"),
        ("I was sexually harassed by your driver", "en", "harassment"),
        ("My phone caught fire on the table", "en", "fire"),
        ("The charger exploded", "en", "fire"),
        ("Bomb threat at gate 12", "en", "violence"),
        ("We made an emergency landing", "en", "accident"),
        ("Child labour in the supply chain", "en", "misdeed"),
        ("Hay dos muertos en la fábrica", "es", "death"),
        ("Mi hija está hospitalizada por su yogur", "es", "injury"),
        ("Veinte intoxicados en el restaurante", "es", "poisoning"),
        ("Robo de datos en el banco", "es", "breach"),
        ("Empleado racista", "es", "discrimination"),
        ("Voy a demandar a la empresa", "es", "legal"),
        ("Công nhân tử vong trong nhà máy", "vi", "death"),
        ("Cả lớp nhập viện vì trà sữa", "vi", "injury"),
        ("50 người ngộ độc bánh mì", "vi", "poisoning"),
        ("50 nguoi ngo doc banh mi", "vi", "poisoning"),
        ("Lộ dữ liệu khách hàng", "vi", "breach"),
        ("Giám đốc bị khởi tố", "vi", "legal"),
        ("Điện thoại phát nổ khi sạc", "vi", "fire"),
    ],
)
def test_one_mention_is_enough(text: str, language: str, kind: str) -> None:
    assert kind in {found for _, found in explain_high_risk(text, language)}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Thanks for the great hospitality", "en"),
        ("dead battery again", "en"),
        ("my phone died on the way", "en"),
        ("wifi died mid game", "en"),
        ("you are killing it", "en"),
        ("she killed it on stage", "en"),
        ("they killed the vibe", "en"),
        ("fire sale at the mall", "en"),
        ("you're on fire today", "en"),
        ("this mixtape is fire", "en"),
        ("the deadline is Monday", "en"),
        ("I'm dying laughing", "en"),
        ("I almost died laughing", "en"),
        ("bored to death in this queue", "en"),
        ("scared to death of flying", "en"),
        ("Death Star popcorn bucket", "en"),
        ("death by chocolate cake", "en"),
        ("fatal error when I log in", "en"),
        ("my inbox exploded", "en"),
        ("an explosion of flavour", "en"),
        ("my head is exploding", "en"),
        ("I recall that day", "en"),
        ("he recalled the good old times", "en"),
        ("a new pressure regulator for my grill", "en"),
        ("price discrimination is textbook economics", "en"),
        ("indiscriminate discounts", "en"),
        ("pick your poison: latte or mocha", "en"),
        ("injury time winner!", "en"),
        ("to add insult to injury, no snacks", "en"),
        ("Suicide Squad marathon on the plane", "en"),
        ("the soup nazi episode", "en"),
        ("skilled staff", "en"),
        ("grape juice and a breaching whale", "en"),
        ("pursued by fans, issued a voucher", "en"),
        ("stabbed in the back by my own app", "en"),
        ("Arrested Development is back", "en"),
        ("holding my money hostage", "en"),
        ("life hacks for travellers", "en"),
        ("muerto de risa con su anuncio", "es"),
        ("estoy muerta de hambre", "es"),
        ("el Día de los Muertos en México", "es"),
        ("se me murió la batería", "es"),
        ("una explosión de sabor", "es"),
        ("mi paquete detenido en aduana", "es"),
        ("tiempo muerto del partido", "es"),
        ("gracias por la hospitalidad", "es"),
        ("cười chết mất thôi", "vi"),
        ("ngon chết đi được", "vi"),
        ("đẹp chết người luôn", "vi"),
        ("hàng mới về đã cháy hàng", "vi"),
        ("xe chết máy giữa đường", "vi"),
        ("doanh thu bùng nổ", "vi"),
        ("gọi điện khủng bố hoài", "vi"),
        ("bí bạt mới rất tốt", "vi"),
        ("chậm mà chắc", "vi"),
        ("killed", "fr"),
    ],
)
def test_what_only_sounds_alike_is_no_risk(text: str, language: str) -> None:
    assert find_high_risk(text, language) == ()


@pytest.mark.parametrize("name", ["high_risk_en.tsv", "high_risk_es.tsv", "high_risk_vi.tsv"])
def test_terms_are_listed_once(name: str) -> None:
    terms = [cue.text for cue in read_cues(name)]
    assert len(terms) == len(set(terms)) > 150
