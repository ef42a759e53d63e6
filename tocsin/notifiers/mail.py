"""Mail through a server (SMTP): plain text, and the same as a page.

The standard library speaks SMTP in a thread: it is kept with Python itself, and a page is one message, so nothing is
won by a client that needs no thread. The parts of a transaction are told apart, because only one of them leaves in
doubt whether the mail arrived: the wait for the answer after its text.
"""

from __future__ import annotations

import asyncio
import logging
import smtplib
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import NamedTuple

from schemas.crisis import Delivery
from tocsin.notifiers.mail_page import render_html
from tocsin.notifiers.notifier import Misconfigured, NotifierError, Refused, TryLater
from tocsin.response.message.inert import break_links, make_inert, make_lines_inert
from tocsin.response.message.message import Message, Reader
from tocsin.response.message.text import cut, render_body
from tocsin.response.notifier_plan import RECIPIENT, Security

log = logging.getLogger(__name__)

_CONNECTIONS = 4
#: Longer subjects are cut by every mail program.
_LONGEST_SUBJECT = 180
_ANSWER_SHOWN = 200


class MailServer(NamedTuple):
    """Where mail is handed in."""

    host: str
    port: int
    security: Security = "starttls"
    user: str | None = None
    password: str | None = None


class MailNotifier:
    """Sends mail.

    Args:
        name: as in response.yaml.
        sender: the address in `From`, with or without a name.
        to: addresses; `{email}` is that of the person who is told.
        timeout: for every answer of the server.
        tls: how certificates are looked at; None: as this computer does.
        now: wall time in UTC.
    """

    def __init__(
        self,
        name: str,
        server: MailServer,
        sender: str,
        to: Sequence[str] = (RECIPIENT,),
        timeout: timedelta = timedelta(seconds=20),
        *,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name
        self._server = server
        self._sender = sender
        self._to = tuple(to)
        self._timeout = timeout.total_seconds()
        self._tls = tls
        self._now = now
        self._threads = ThreadPoolExecutor(max_workers=_CONNECTIONS, thread_name_prefix=f"notifier-{name}")

    async def send(self, delivery: Delivery, message: Message) -> str:
        """Send one mail. Its Message-ID is made of the idempotency key: the same in every attempt.

        Raises:
            TryLater: no connection, or the server says so (4xx).
            Refused: nobody to send it to, or the server will not take it (5xx).
            Misconfigured: it wants another log-in, sender or encryption.
        """
        mail = self._begin(delivery.key, message.first_line, self._addresses(message.reader))
        mail["References"] = f"<{delivery.event.crisis.id}@{self._domain}>"
        if delivery.is_possible_repeat:
            mail["Tocsin-Possible-Repeat"] = "true"
        if message.severity in ("severe", "critical") and message.type == "crisis.paged":
            mail["Importance"] = "high"
        mail.set_content(
            f"{break_links(message.first_line)}\n{render_body(message, break_links)}", cte="quoted-printable"
        )
        mail.add_alternative(render_html(message), subtype="html", cte="quoted-printable")
        await self._hand_in(mail)
        return ""

    async def digest(self, deliveries: Sequence[Delivery], card: str, reader: Reader) -> None:
        """Send one mail of many events. Raises as `send` does."""
        head, _, _ = card.partition(":")
        mail = self._begin(min(each.key for each in deliveries), f"Tocsin · {head}", self._addresses(reader))
        mail["Tocsin-Keys"] = ",".join(each.key for each in deliveries)
        mail.set_content(break_links(make_lines_inert(card)), cte="quoted-printable")
        await self._hand_in(mail)

    async def close(self) -> None:
        """Ends the threads once they have sent."""
        self._threads.shutdown(wait=False)

    # -- the mail --------------------------------------------------------------------------------------------------

    @property
    def _domain(self) -> str:
        return parseaddr(self._sender)[1].rpartition("@")[2]

    def _addresses(self, reader: Reader) -> list[str]:
        addresses = [reader.email or "" if each == RECIPIENT else each for each in self._to]
        if not any(addresses):
            who = reader.name or reader.person or "a whole channel"
            raise Refused(f"mail {self.name}: {who} has no address; add `email` to the person, or name one in `to`")
        return list(dict.fromkeys(filter(None, addresses)))

    def _begin(self, key: str, subject: str, to: Sequence[str]) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._sender
        mail["To"] = ", ".join(to)
        mail["Subject"] = cut(make_inert(subject), _LONGEST_SUBJECT)
        mail["Date"] = format_datetime(self._now())
        mail["Message-ID"] = f"<{key}@{self._domain}>"
        mail["Idempotency-Key"] = key
        mail["Auto-Submitted"] = "auto-generated"
        return mail

    # -- the server ------------------------------------------------------------------------------------------------

    async def _hand_in(self, mail: EmailMessage) -> None:
        await asyncio.get_running_loop().run_in_executor(self._threads, self._hand_in_now, mail)

    def _hand_in_now(self, mail: EmailMessage) -> None:
        """One connection, one mail. Blocks."""
        try:
            with self._connect() as smtp:
                self._log_in(smtp)
                self._transact(smtp, mail)
        except smtplib.SMTPNotSupportedError as error:
            raise Misconfigured(f"mail {self.name}: the server cannot do what is asked of it: {error}") from error
        except smtplib.SMTPResponseException as error:
            raise self._explain(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise TryLater(f"mail {self.name}: no connection: {make_inert(str(error))[:_ANSWER_SHOWN]}") from error

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        context = self._tls or ssl.create_default_context()
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=self._timeout, context=context)
        smtp = smtplib.SMTP(server.host, server.port, timeout=self._timeout)
        if server.security == "starttls":
            try:
                smtp.starttls(context=context)
            except BaseException:
                smtp.close()
                raise
        return smtp

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        if self._server.user is None:
            return
        try:
            smtp.login(self._server.user, self._server.password or "")
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < 500:
                raise
            raise Misconfigured(
                f"mail {self.name}: the server refuses the log-in of {self._server.user}; correct user or password_env"
            ) from error

    def _transact(self, smtp: smtplib.SMTP, mail: EmailMessage) -> None:
        smtp.ehlo_or_helo_if_needed()
        code, said = smtp.mail(parseaddr(self._sender)[1])
        if code != 250:
            if code >= 500:
                raise Misconfigured(f"mail {self.name}: the server refuses the sender: {_show(said)}")
            raise self._explain(code, said)
        self._name_recipients(smtp, [address for _, address in map(parseaddr, mail["To"].split(", "))])
        try:
            code, said = smtp.data(mail.as_bytes())
        except smtplib.SMTPResponseException:
            raise
        except (smtplib.SMTPException, OSError) as error:
            message = f"mail {self.name}: the connection broke before the server had answered: {error}"
            raise TryLater(message, may_have_arrived=True) from error
        if code != 250:
            raise self._explain(code, said)

    def _name_recipients(self, smtp: smtplib.SMTP, addresses: Sequence[str]) -> None:
        refused = {}
        for address in addresses:
            code, said = smtp.rcpt(address)
            if code not in (250, 251):
                refused[address] = (code, said)
        if len(refused) == len(addresses):
            raise self._explain(*min(refused.values()))
        for address, (code, said) in refused.items():
            log.error("mail %s: the server does not take mail for %s: %s %s", self.name, address, code, _show(said))

    def _explain(self, code: int, said: bytes | str) -> NotifierError:
        message = f"mail {self.name}: the server answered {code}: {_show(said)}"
        return Refused(message) if 500 <= code < 600 else TryLater(message)


def _show(said: bytes | str) -> str:
    return make_inert(said.decode(errors="replace") if isinstance(said, bytes) else said)[:_ANSWER_SHOWN]
