"""A real mail server on this computer that keeps what it is handed."""

from __future__ import annotations

import asyncio
import email.policy
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

USER, PASSWORD = "tocsin", "correct horse"


@dataclass
class MailServer:
    """Listens while its block runs.

    Attributes:
        mails: what was taken, as it would be read.
        recipients: of each.
        sender_answer, recipient_answer, data_answer: said instead of taking it.
        is_silent: it hears the text of a mail and never answers.
        tls: offered as STARTTLS, and demanded.
        wants_log_in: it takes mail from `USER` alone.
    """

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    sender_answer: str = ""
    recipient_answers: dict[str, str] = field(default_factory=dict)
    data_answer: str = ""
    is_silent: bool = False
    is_rude: bool = False
    tls: ssl.SSLContext | None = None
    wants_log_in: bool = False
    port: int = 0

    async def __aenter__(self) -> Self:
        self._silence_ends = asyncio.Event()
        await self.listen()
        return self

    async def listen(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._server = await asyncio.get_running_loop().create_server(self._open, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def deafen(self) -> None:
        """Stop listening: connections are refused."""
        self._server.close()

    async def __aexit__(self, *_: object) -> None:
        self._silence_ends.set()
        self._server.close()

    def _open(self) -> SMTP:
        return SMTP(
            self, hostname="mail.example", tls_context=self.tls, require_starttls=self.tls is not None,
            auth_required=self.wants_log_in, auth_require_tls=self.wants_log_in, authenticator=self._authenticate,
        )  # fmt: skip

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=is_right, handled=False)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.sender_answer:
            envelope.mail_from = address
        return self.sender_answer or "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.recipient_answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.data_answer:
            return self.data_answer
        assert isinstance(envelope.content, bytes)
        self.mails.append(BytesParser(EmailMessage, policy=email.policy.default).parsebytes(envelope.content))
        self.recipients.append(envelope.rcpt_tos)
        if self.is_rude and server.transport is not None:
            server.transport.close()
        if self.is_silent:
            await self._silence_ends.wait()
        return "250 OK"


def texts(mail: EmailMessage) -> str:
    """Everything that a person could see of a mail: subject and both parts."""
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    return "\n".join([mail["Subject"], *parts])
