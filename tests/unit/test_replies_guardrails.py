"""What no answer may say, in three languages, and what looks like it and may be said."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import START
from tests.replies import FACTS, a_complaint, a_policy
from tocsin.response.replies.facts import Facts
from tocsin.response.replies.forbidden import CARRIED, DENIABLE, INSTEAD, load_forbidden
from tocsin.response.replies.guardrails import check

POLICY = a_policy()

#: Kind → texts that break it.
BREACHES: dict[str, tuple[str, ...]] = {
    "deletion": (
        "We have deleted the comment.", "Your post was removed by our team.", "We will hide this review for now.",
        "Could you please take your post down?", "Please delete your tweet and write to us.",
        "The thread has been taken down.",
        "Hemos borrado la publicación.", "Tu comentario ha sido eliminado.", "Vamos a ocultar estos comentarios.",
        "Por favor, borra tu tuit.", "Retiraremos la publicación hoy.", "Le pedimos que elimine su reseña.",
        "Chúng tôi đã xóa bình luận đó.", "Chúng tôi sẽ gỡ bài viết này.", "Bài đăng đã được ẩn.",
        "Bạn vui lòng xoá bài giúp mình.", "Chung toi da xoa binh luan do.",
    ),
    "blame": (
        "You should have checked in earlier.", "That is your own fault.", "As we already told you, it is closed.",
        "You didn't read the terms.", "Please calm down.", "No other customer has complained.",
        "If you had called us first…",
        "Deberías haber llamado antes.", "Es culpa suya.", "Como ya le explicamos, está cerrado.",
        "Cálmate, por favor.",
        "Usted se equivoca.", "Si hubieras leído las condiciones…",
        "Lẽ ra bạn phải gọi trước.", "Đó là lỗi của quý khách.", "Bạn bình tĩnh lại nhé.", "Bạn hiểu nhầm rồi.",
        "Le ra ban phai goi truoc.",
    ),
    "denial": (
        "That is not true.", "This is fake news.", "Eso no es cierto.", "Eso es totalmente falso.",
        "Điều này hoàn toàn không đúng.", "Tin đó là bịa đặt.",
    ),
    "refund": (
        "We will refund you.", "You'll get your money back.", "We can offer you a full refund.",
        "Your refund is on its way.", "Te devolveremos el dinero.", "Recibirá el reembolso pronto.",
        "Le haremos un reembolso íntegro.", "Chúng tôi sẽ hoàn tiền.", "Bạn sẽ được hoàn tiền.",
        "Chung toi se hoan tien.",
    ),
    "compensation": (
        "We will compensate you.", "We're giving you a voucher.", "You will receive a $50 credit.",
        "Te compensaremos.", "Le ofrecemos un vale.", "Chúng tôi sẽ bồi thường.", "Bạn sẽ nhận voucher.",
    ),
    "outcome": (
        "We will fix this.", "It will be resolved.", "We'll make it right.", "We promise.",
        "Lo solucionaremos.", "Quedará resuelto.", "Te prometemos una respuesta.", "Chúng tôi sẽ khắc phục.",
        "Chúng tôi xin hứa với bạn.",
    ),
    "deadline": (
        "You will hear from us within 24 hours.", "It is back by tomorrow.", "Te contestamos en 24 horas.",
        "Estará antes de mañana.", "Chúng tôi trả lời trong vòng 24 giờ.", "Sẽ có trước ngày mai.",
    ),
    "never-again": (
        "This will never happen again.", "We'll make sure this won't happen.", "No volverá a ocurrir.",
        "Nunca volverá a pasar.", "Việc này sẽ không xảy ra nữa.", "Sẽ không bao giờ tái diễn.",
    ),
    "guarantee": (
        "We guarantee it.", "Rest assured.", "Te garantizamos una respuesta.", "Le aseguramos que está bien.",
        "Chúng tôi cam kết.", "Chúng tôi đảm bảo.",
    ),
    "admission": (
        "It was our fault.", "We made a mistake.", "We take full responsibility.", "We let you down.",
        "This was our mistake.", "We caused the outage.",
        "Fue culpa nuestra.", "Hemos fallado.", "Asumimos toda la responsabilidad.", "Cometimos un error.",
        "Đó là lỗi của chúng tôi.", "Chúng tôi đã gây ra việc này.", "Chúng tôi xin chịu hoàn toàn trách nhiệm.",
        "Do la loi cua chung toi.",
    ),
    "non-apology": (
        "We are sorry you feel that way.", "We're sorry that you are upset.", "Sorry if this bothered you.",
        "We apologise if anyone was offended.", "Sentimos que te sientas así.",
        "Disculpa si alguien se ha sentido ofendido.",
        "Rất tiếc vì bạn cảm thấy như vậy.", "Xin lỗi nếu làm phiền.",
    ),
    "hollow": (
        "We apologise for any inconvenience.", "Your feedback is important to us.", "Dear valued customer,",
        "Disculpe las molestias ocasionadas.", "Lamentamos los inconvenientes.", "Xin lỗi vì sự bất tiện này.",
    ),
    "sarcasm": (
        "Yeah right.", "Oh, really?", "Good luck with that.", "Thank you 🙄", "Great idea /s", "hahaha",
        "jajaja", "Sí, claro.", "hihi", "kkk",
    ),
    "speculation": (
        "A competitor is behind this.", "These are fake accounts.", "This looks like bots.",
        "It is a coordinated attack.",
        "Es cosa de la competencia.", "Son cuentas falsas.", "Es una campaña orquestada.",
        "Đối thủ đang làm việc này.", "Đó là tài khoản ảo.", "Có người đứng sau.",
    ),
    "private-data": (
        "Please send us your phone number.", "What is your booking reference?", "Can you share your email here?",
        "Tell us your account number.", "Your order number, please?", "Reply with your passport number.",
        "DM us your password.", "In a private message, send us your card number.",
        "Envíanos tu número de reserva.", "¿Cuál es tu correo electrónico?", "Indíquenos su DNI.",
        "Mándanos, es decir, facilítanos tu teléfono.", "Escríbenos por privado tu contraseña.",
        "Bạn cho mình xin số điện thoại.", "Bạn gửi mã đặt chỗ nhé.", "Vui lòng cung cấp số CMND.",
        "Ban cho minh xin so dien thoai.", "Bạn nhắn tin riêng gửi mật khẩu nhé.",
    ),
    "link": (
        "See https://evil.example/refund.", "Look at bit.ly/3xyz.", "Write to help@other.example.",
        "Call +1 900 123 4567.", "Llame al 900 123 456.", "Gọi 1900 123 456.",
    ),
    "third-person": (
        "Our agent Karen has been told.", "Mr. Miller was on duty.", "Ask @john_doe about it.",
        "Nuestra compañera Laura lo vio.", "El señor Pérez no estaba.", "Nhân viên Hùng đã nghỉ.", "Anh Tuấn sẽ nói.",
    ),
    "mass-mention": ("@everyone please read.", "Hello <!channel>.", "@all thank you."),
    "shouting": ("PLEASE wait.", "We are on it!!!", "POR FAVOR espere.", "THẬT LÒNG rất tiếc, TUYỆT ĐỐI."),
    "placeholder": ("Hello [name], we are here.", "Your case is XXXX.", "Dear {customer},", "Hi <name>,"),
    "hidden": ("We are he\u200bre.", "abc\u202edef"),
    "empty": ("", "  \n"),
}  # fmt: skip

INNOCENT: tuple[str, ...] = (
    # deletion
    "We do not delete comments.", "We removed the old belt at the airport.", "No borramos comentarios.",
    "Chúng tôi không xóa bình luận.", "Đội kỹ thuật đang gỡ lỗi.", "Thank you for your post.", "We never hide reviews.",
    # blame, denial
    "You should have a bag that arrives.", "You did read it right.", "Thank you for staying calm.",
    "Tienes razón en todo.", "Bạn nói đúng.", "The plant is open, and you can see it on our page.",
    # promises
    "We have seen your question about the refund.", "We cannot promise a refund yet.",
    "No podemos garantizar nada todavía.",
    "Preguntas por el reembolso, y es justo.", "Bạn hỏi về việc hoàn tiền.", "Chúng tôi chưa thể hứa với bạn điều gì.",
    "You waited for three hours.", "Has esperado tres horas.", "Bạn đã chờ ba tiếng.", "We are fixing the page now.",
    # admission
    "You want to know who is responsible.", "Lo verá el equipo responsable.", "Bộ phận chịu trách nhiệm sẽ nghe bạn.",
    "We are sorry that your bag is missing.", "Sentimos que tu maleta no aparezca.",
    "Bên mình rất tiếc vì bạn phải chờ.",
    "We do not know yet what caused it.", "A cable broke; that is all we know.",
    # non-apology, hollow
    "We understand how you feel.", "We are sorry that this happened to you.", "Entendemos cómo te sientes.",
    "Bên mình hiểu cảm giác của bạn.", "It is inconvenient, and more than that.",
    # sarcasm
    "You have every right to ask.", "Really, thank you.", "Claro, con gusto.", "Lollipops are back.", "and/so on 🙂",
    # speculation
    "The robots in our warehouse are back.", "We compete for your trust.", "Tu equipo compite bien.",
    "Botswana is on our map.", "You can control it in the settings.",
    # private data
    "Please don't post your phone number here.", "Keep your booking number out of public replies.",
    "Send us a private message with your booking number.",
    "Have your order number ready when you come to our care chat.",
    "No publiques aquí tu número de reserva.", "Escríbenos por mensaje privado con tu número de reserva.",
    "Bạn đừng đăng số điện thoại ở đây.", "Bạn nhắn tin riêng mã đặt chỗ cho mình nhé.",
    "We never ask for your password.",
    "Your email reached us.", "We need a moment.", "Tell us more about the flight.", "Dinos qué pasó.",
    # links and people
    "Write to us: https://acme.example/care", "It is here: https://www.acme.example/care/.", "Call +1 800 555 0199.",
    "Hello @ana_g, thank you.", "Dear Ms. Gómez, thank you.", "It is since 2026-03-02 14:30 (UTC).",
    "At 14:30 we know more.",
    "Chị Ana ơi, cảm ơn chị.", "Flight 1234 leaves.", "e.g. this one, i.e. that one", "We agree. Thank you.",
    # shouting
    "Acme and the USA", "Thank you!", "What happened?", "OK, UTC and GPS", "Quý khách là ĐÚNG.",
    # placeholder
    "It costs 5 (five) or so", "a < b", "Max and Xena",
)  # fmt: skip


def kinds(text: str, facts: Facts = FACTS) -> set[str]:
    return {finding.kind for finding in check(text, a_complaint(), facts, POLICY)}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in BREACHES.items() for text in texts])
def test_a_breach_is_found_with_its_words_and_what_to_write_instead(kind: str, text: str) -> None:
    found = [finding for finding in check(text, a_complaint(), FACTS, POLICY) if finding.kind == kind]
    assert found, f"{kind}: {text}"
    assert all(each.instead.endswith(".") for each in found)
    if kind not in ("hidden", "empty"):
        assert all(each.found and each.found in text.replace("…", "...").replace("xoá", "xóa") + text for each in found)


@pytest.mark.parametrize(
    "text",
    [
        "Don't worry, we will refund you.", "Don't worry we will refund you.", "No problem, we'll refund you!",
        "We will not only listen, we will refund you.", "No te preocupes, te devolveremos el dinero.",
        "Đừng lo, chúng tôi sẽ hoàn tiền.", "Đúng là chúng tôi sẽ hoàn tiền.", "No need to worry: we will refund you.",
        "Don't worry, send us your phone number.", "No problem, what is your email address?",
    ],
)  # fmt: skip
def test_a_denial_of_something_else_excuses_nothing(text: str) -> None:
    assert kinds(text) & {"refund", "private-data"}


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_looks_like_it_may_be_said(text: str) -> None:
    assert not check(text, a_complaint(), FACTS, POLICY)


def test_every_finding_is_in_the_page() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "replies.md").read_text(encoding="utf-8")
    for kind in (*BREACHES, "private", "length"):
        assert re.search(rf"^\|[^|]*`{kind}`", page, re.MULTILINE), f"docs/replies.md says nothing of `{kind}`"


@pytest.mark.parametrize("text", ["we will " * 1_250, "a." * 5_000, "send us the " * 900, "1 " * 5_000, "[" * 10_000])
@pytest.mark.timeout(5)
def test_no_text_keeps_the_guardrails_busy(text: str) -> None:
    assert check(text, a_complaint(), FACTS, POLICY)


def test_every_kind_of_the_tables_is_tested_in_each_language_and_says_what_to_do() -> None:
    used = {entry.kind for entry in load_forbidden()}
    assert used == set(INSTEAD) == used & set(BREACHES)
    assert set(CARRIED) | set(DENIABLE) <= used
    assert all(len(BREACHES[kind]) >= 3 for kind in used)


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("We will refund every fare.", "Te devolveremos el importe."),
        ("Everybody gets a voucher.", "Bạn sẽ nhận voucher."),
        ("It was our fault: we unplugged it.", "Fue culpa nuestra."),
    ],
)
def test_what_a_person_entered_as_a_fact_may_be_said_in_any_language(fact: str, said: str) -> None:
    assert kinds(said)
    assert not kinds(said, replace(FACTS, remedy={"en": fact}))


def test_a_fact_that_denies_carries_nothing() -> None:
    assert kinds("We will refund you.", replace(FACTS, remedy={"en": "We cannot refund fares."})) == {"refund"}


def test_no_fact_carries_a_guarantee_a_deletion_or_never_again() -> None:
    facts = replace(FACTS, remedy={"en": "We guarantee that it never happens again. We deleted the post."})
    assert kinds("We guarantee it. It never happens again. We deleted the post.", facts) == {
        "guarantee", "never-again", "deletion"
    }  # fmt: skip


def test_an_instant_may_be_named_when_it_was_entered() -> None:
    assert kinds("You hear from us by 18:00.") == {"deadline"}
    assert not kinds("You hear from us by 18:00.", replace(FACTS, next_word_at=START))


def test_the_source_of_a_correction_may_be_linked() -> None:
    assert not kinds("See https://lab.example/report.", replace(FACTS, source="https://lab.example/report"))
    assert kinds("See https://lab.example/other", replace(FACTS, source="https://lab.example/report")) == {"link"}


def test_an_address_that_only_begins_like_a_channel_is_foreign() -> None:
    assert kinds("https://acme.example/care.evil.example/x") == {"link"}
    assert kinds("https://acme.example.evil.example/care") == {"link"}


def test_a_private_mention_has_no_public_answer_whatever_it_says() -> None:
    (found,) = check("Thank you.", a_complaint(private=True), FACTS, POLICY)
    assert found.kind == "private"


def test_the_length_is_that_of_the_place() -> None:
    text = "Thank you for this. " * 20
    assert [each.kind for each in check(text, a_complaint(source="x"), FACTS, POLICY)] == ["length"]
    assert not check(text, a_complaint(), FACTS, POLICY)


@pytest.mark.parametrize(
    "text", ["We will re\u200bfund you.", "We\u2019ll fix this.", "ＷＥ will refund you.", "Xoa\u0301 bài viết"]
)
def test_disguises_are_seen_through(text: str) -> None:
    assert kinds(text) & {"refund", "outcome", "deletion"}
