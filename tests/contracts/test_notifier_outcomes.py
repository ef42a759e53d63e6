"""What becomes of a delivery when its service is slow, broken, busy, silent, gone, or not who it says it is."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from schemas.crisis import EventType
from tests.deliveries import a_delivery, message_of
from tests.mail_server import PASSWORD, USER, MailServer
from tests.receiver import Receiver
from tests.services import HTTP_KINDS, Bench, Opener, slack_app
from tocsin.notifiers import mail as mail_notifier
from tocsin.notifiers.apprise import AppriseNotifier
from tocsin.notifiers.mail import MailNotifier
from tocsin.notifiers.notifier import Misconfigured, Notifier, NotifierError, Refused, TryLater
from tocsin.notifiers.webhook import WebhookNotifier
from tocsin.response.message.compose import compose
from tocsin.response.message.message import Reader
from tocsin.response.notifier_plan import Security

pytestmark = pytest.mark.timeout(30)


async def failure(notifier: Notifier) -> NotifierError:
    with pytest.raises(NotifierError) as caught:
        await notifier.send(a_delivery(), message_of(a_delivery()))
    return caught.value


def play(opener: Opener, directory: Path, story: Callable[[Bench, Receiver], Awaitable[None]]) -> None:
    async def stage() -> None:
        async with opener(directory) as bench:
            assert bench.http is not None
            try:
                await story(bench, bench.http)
            finally:
                await bench.notifier.close()

    asyncio.run(stage())


@pytest.mark.parametrize("opener", HTTP_KINDS, ids=lambda kind: kind.__name__)
class TestEveryServiceOverHttp:
    @pytest.mark.parametrize(("status", "may_have_arrived"), [(500, True), (502, True), (503, False), (429, False)])
    def test_one_that_is_broken_or_busy_is_tried_later(
        self, opener: Opener, status: int, may_have_arrived: bool, tmp_path: Path
    ) -> None:
        async def story(bench: Bench, http: Receiver) -> None:
            http.answers = [(status, {"Retry-After": "7"}, b"no")]
            error = await failure(bench.notifier)
            assert isinstance(error, TryLater)
            assert error.may_have_arrived is may_have_arrived
            # Apprise does not show the headers of an answer.
            wanted = None if bench.notifier.__class__ is AppriseNotifier else timedelta(seconds=7)
            assert error.retry_after == wanted

        play(opener, tmp_path, story)

    def test_one_that_will_not_take_it_has_refused_it(self, opener: Opener, tmp_path: Path) -> None:
        async def story(bench: Bench, http: Receiver) -> None:
            http.answers = [(404, {}, b"no such hook")]
            assert isinstance(await failure(bench.notifier), Refused)

        play(opener, tmp_path, story)

    def test_a_redirect_is_not_followed(self, opener: Opener, tmp_path: Path) -> None:
        async def story(bench: Bench, http: Receiver) -> None:
            http.answers = [(307, {"Location": f"{http.base}/elsewhere"}, b"")]
            assert isinstance(await failure(bench.notifier), Misconfigured)
            assert len(http.requests) == 1

        play(opener, tmp_path, story)

    def test_one_that_never_answers_is_left_after_the_timeout_and_may_have_it(
        self, opener: Opener, tmp_path: Path
    ) -> None:
        async def story(bench: Bench, http: Receiver) -> None:
            http.is_silent = True
            started = time.monotonic()
            error = await failure(bench.notifier)
            assert time.monotonic() - started < 6
            assert isinstance(error, TryLater)
            assert error.may_have_arrived

        play(opener, tmp_path, story)

    def test_one_that_is_slow_is_waited_for(self, opener: Opener, tmp_path: Path) -> None:
        async def story(bench: Bench, http: Receiver) -> None:
            http.delay = 0.5
            await bench.notifier.send(a_delivery(), message_of(a_delivery()))
            assert len(http.requests) == 1

        play(opener, tmp_path, story)


@pytest.mark.parametrize(
    ("said", "kind", "may_have_arrived"),
    [
        ("ratelimited", TryLater, False),
        ("internal_error", TryLater, True),
        ("invalid_auth", Misconfigured, None),
        ("channel_not_found", Misconfigured, None),
        ("invalid_blocks", Refused, None),
    ],
)
def test_slacks_words_mean_what_they_say(
    said: str, kind: type[NotifierError], may_have_arrived: bool | None, tmp_path: Path
) -> None:
    async def story(bench: Bench, http: Receiver) -> None:
        http.answers = [(200, {}, orjson.dumps({"ok": False, "error": said}))]
        error = await failure(bench.notifier)
        assert isinstance(error, kind)
        assert said in str(error)
        assert getattr(error, "may_have_arrived", None) is may_have_arrived

    play(slack_app, tmp_path, story)


@pytest.mark.parametrize(
    ("event", "methods"),
    [
        ("crisis.updated", ["/chat.update"]),
        ("crisis.acknowledged", ["/chat.update"]),
        ("crisis.escalated", ["/chat.update", "/chat.postMessage"]),
        ("crisis.paged", ["/chat.update", "/chat.postMessage"]),
        ("crisis.resolved", ["/chat.update", "/chat.postMessage"]),
    ],
)
def test_slacks_message_of_a_crisis_is_kept_current_and_rings_when_it_must(
    event: EventType, methods: list[str], tmp_path: Path
) -> None:
    async def story(bench: Bench, http: Receiver) -> None:
        first = a_delivery()
        reference = await bench.notifier.send(first, message_of(first))
        assert reference == "C1/1700000000.000100"
        later = a_delivery(id="event-2", sequence=2, type=event).replace(reference=reference)
        assert await bench.notifier.send(later, message_of(later)) == reference
        posted, *then = http.requests
        assert (posted.path, posted.json["channel"]) == ("/chat.postMessage", "C1")
        assert [request.path for request in then] == methods
        assert (then[0].json["channel"], then[0].json["ts"]) == ("C1", "1700000000.000100")
        for ring in then[1:]:
            assert (ring.json["thread_ts"], ring.json["reply_broadcast"]) == ("1700000000.000100", True)

    play(slack_app, tmp_path, story)


def test_a_message_that_was_removed_from_slack_is_written_anew(tmp_path: Path) -> None:
    async def story(bench: Bench, http: Receiver) -> None:
        http.answers = [(200, {}, b'{"ok":false,"error":"message_not_found"}')]
        later = a_delivery(type="crisis.updated").replace(reference="C1/1.0")
        assert await bench.notifier.send(later, message_of(later)) == "C1/1700000000.000100"
        assert [request.path for request in http.requests] == ["/chat.update", "/chat.postMessage"]

    play(slack_app, tmp_path, story)


# -- mail ----------------------------------------------------------------------------------------------------------


def a_mailer(
    server: MailServer, security: Security = "none", *, to: tuple[str, ...] = ("social@example.org",),
    user: str | None = None, password: str | None = None, tls: ssl.SSLContext | None = None,
) -> MailNotifier:  # fmt: skip
    where = mail_notifier.MailServer("127.0.0.1", server.port, security, user, password)
    return MailNotifier("desk", where, "Tocsin <tocsin@example.org>", to, timedelta(seconds=1), tls=tls)


async def mail_failure(server: MailServer, mailer: MailNotifier | None = None) -> NotifierError:
    mailer = mailer or a_mailer(server)
    try:
        return await failure(mailer)
    finally:
        await mailer.close()


@pytest.mark.parametrize(
    ("place", "answer", "kind"),
    [
        ("data_answer", "451 try again", TryLater),
        ("data_answer", "554 looks like spam", Refused),
        ("sender_answer", "450 busy", TryLater),
        ("sender_answer", "553 not yours", Misconfigured),
        ("recipient", "450 mailbox busy", TryLater),
        ("recipient", "550 no such person", Refused),
    ],
)
def test_a_mail_servers_answers_mean_what_they_say(place: str, answer: str, kind: type[NotifierError]) -> None:
    async def story() -> None:
        async with MailServer() as server:
            if place == "recipient":
                server.recipient_answers = {"social@example.org": answer}
            else:
                setattr(server, place, answer)
            error = await mail_failure(server)
            assert isinstance(error, kind)
            assert answer[4:] in str(error)
            assert not getattr(error, "may_have_arrived", False)

    asyncio.run(story())


@pytest.mark.parametrize("manner", ["is_silent", "is_rude"])
def test_a_mail_whose_answer_is_lost_may_have_arrived(manner: str) -> None:
    async def story() -> None:
        async with MailServer() as server:
            setattr(server, manner, True)
            error = await mail_failure(server)
            assert isinstance(error, TryLater)
            assert error.may_have_arrived
            assert len(server.mails) == 1

    asyncio.run(story())


def test_one_address_that_is_refused_keeps_the_mail_from_no_other(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with MailServer() as server:
            server.recipient_answers = {"old@example.org": "550 gone"}
            mailer = a_mailer(server, to=("old@example.org", "social@example.org"))
            await mailer.send(a_delivery(), message_of(a_delivery()))
            await mailer.close()
            assert server.recipients == [["social@example.org"]]

    asyncio.run(story())
    assert "the server does not take mail for old@example.org: 550 gone" in caplog.text


def test_a_mail_goes_to_the_person_who_is_told_and_threads_with_the_crisis() -> None:
    async def story() -> None:
        async with MailServer() as server:
            mailer = a_mailer(server, to=("{email}",))
            delivery = a_delivery()
            nobody = await failure(mailer)
            assert isinstance(nobody, Refused)
            assert "add `email`" in str(nobody)
            message = compose(delivery.event, reader=Reader(person="ana", name="Ana", email="ana@example.org"))
            await mailer.send(delivery, message)
            await mailer.send(delivery, message)
            await mailer.close()
            first, second = server.mails
            assert first["To"] == "ana@example.org"
            assert first["Message-ID"] == second["Message-ID"] == f"<{delivery.key}@example.org>"
            assert first["References"] == "<crisis-1@example.org>"
            assert first["Auto-Submitted"] == "auto-generated"

    asyncio.run(story())


# -- encryption ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    try:
        subprocess.run(
            [*command, "-addext", "subjectAltName=IP:127.0.0.1", *files], check=True, capture_output=True, timeout=30
        )
    except FileNotFoundError:
        pytest.skip("there is no openssl here")
    both = folder / "both.pem"
    both.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return both


def speaking(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_nothing_is_told_to_a_web_server_whose_certificate_nobody_vouches_for(certificate: Path) -> None:
    async def story() -> None:
        async with Receiver(is_trusting=True, tls=speaking(certificate)) as receiver:
            for notifier in (
                WebhookNotifier("desk", receiver.url, None, "tocsin", allow_private=True),
                AppriseNotifier("desk", f"jsons://127.0.0.1:{receiver.port}/", allow_private=True),
            ):
                error = await failure(notifier)
                assert isinstance(error, TryLater)
                assert not error.may_have_arrived
                await notifier.close()
            assert receiver.requests == []

    asyncio.run(story())


def test_nothing_is_told_to_a_mail_server_whose_certificate_nobody_vouches_for(certificate: Path) -> None:
    async def story() -> None:
        async with MailServer(tls=speaking(certificate)) as server:
            error = await mail_failure(server, a_mailer(server, "starttls"))
            assert isinstance(error, TryLater)
            assert not error.may_have_arrived
            assert "certificate" in str(error)
            assert server.mails == []

    asyncio.run(story())


def test_mail_is_never_sent_in_clear_when_encryption_was_asked_for() -> None:
    async def story() -> None:
        async with MailServer() as server:
            assert isinstance(await mail_failure(server, a_mailer(server, "starttls")), Misconfigured)
            assert server.mails == []

    asyncio.run(story())


@pytest.mark.parametrize(("password", "arrives"), [(PASSWORD, True), ("guessed", False)])
def test_a_mail_server_is_logged_in_to_over_its_encryption(certificate: Path, password: str, arrives: bool) -> None:
    async def story() -> None:
        async with MailServer(tls=speaking(certificate), wants_log_in=True) as server:
            trusting = ssl.create_default_context(cafile=str(certificate))
            mailer = a_mailer(server, "starttls", user=USER, password=password, tls=trusting)
            if arrives:
                await mailer.send(a_delivery(), message_of(a_delivery()))
                assert len(server.mails) == 1
            else:
                error = await failure(mailer)
                assert isinstance(error, Misconfigured)
                assert "guessed" not in str(error)
            await mailer.close()

    asyncio.run(story())
