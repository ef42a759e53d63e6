"""Nothing is posted into a private network that was not meant, however its address is written."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.deliveries import a_delivery, message_of
from tests.receiver import Receiver
from tocsin.notifiers.alertmanager import AlertmanagerNotifier
from tocsin.notifiers.apprise import AppriseNotifier
from tocsin.notifiers.notifier import Misconfigured, Notifier, Refused
from tocsin.notifiers.slack import SlackAppNotifier, SlackWebhookNotifier
from tocsin.notifiers.webhook import WebhookNotifier
from tocsin.response.message.compose import compose
from tocsin.response.message.message import Reader

pytestmark = pytest.mark.timeout(30)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_an_address_of_this_computer_is_refused_when_it_is_used(host: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with Receiver(is_trusting=True) as receiver:
            base = f"http://{host}:{receiver.port}"
            notifiers: list[Notifier] = [
                WebhookNotifier("desk", f"{base}/hook", None, "tocsin"),
                SlackWebhookNotifier("desk", f"{base}/hook"),
                SlackAppNotifier("desk", "xoxb", "C1", api_url=base),
                AlertmanagerNotifier("desk", base),
            ]
            if not host.startswith("["):
                notifiers.append(AppriseNotifier("desk", f"json://{host}:{receiver.port}/"))
            for notifier in notifiers:
                # What the libraries take for no address at all is no way in either.
                with pytest.raises(Misconfigured, match=r"allow_private: true|not an address|not understand"):
                    await notifier.send(a_delivery(), message_of(a_delivery()))
                await notifier.close()
            assert receiver.requests == []

    asyncio.run(story())


def test_a_secret_in_an_apprise_address_is_in_no_error_and_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with Receiver(is_trusting=True) as receiver:
            receiver.answers = [(500, {}, b"")]
            url = f"json://bob:hunter22@127.0.0.1:{receiver.port}/tok3n-abc?+X-Key=s3cret"
            errors = []
            for address in (url, "nonsense://tok3n-abc", "json://127.0.0.1:1/tok3n-abc?+X-Key=s3cret"):
                notifier = AppriseNotifier("desk", address, allow_private=True)
                with pytest.raises(Exception) as caught:
                    await notifier.send(a_delivery(), message_of(a_delivery()))
                errors.append(str(caught.value))
                await notifier.close()
            for secret in ("hunter22", "tok3n-abc", "s3cret"):
                assert secret not in "\n".join(errors)

    asyncio.run(story())
    ours = [record for record in caplog.records if not record.name.startswith("apprise")]
    assert not any("tok3n-abc" in record.getMessage() for record in ours)


def test_what_apprise_logs_reaches_no_handler_of_ours(capfd: pytest.CaptureFixture[str]) -> None:
    async def story() -> None:
        notifier = AppriseNotifier("desk", "json://127.0.0.1:1/tok3n-abc", allow_private=True)
        with pytest.raises(Exception, match="apprise desk"):
            await notifier.send(a_delivery(), message_of(a_delivery()))
        await notifier.close()

    asyncio.run(story())
    shown = capfd.readouterr()
    assert "tok3n-abc" not in shown.out + shown.err


def test_a_person_without_an_address_is_refused_and_one_with_it_is_put_into_the_url() -> None:
    async def story() -> None:
        async with Receiver(is_trusting=True) as receiver:
            notifier = AppriseNotifier("desk", f"json://127.0.0.1:{receiver.port}/{{phone}}", allow_private=True)
            with pytest.raises(Refused, match="Ana has no phone"):
                await notifier.send(a_delivery(), compose(a_delivery().event, reader=Reader(person="ana", name="Ana")))
            reader = Reader(person="ana", name="Ana", phone="+1 555/0100")
            await notifier.send(a_delivery(), compose(a_delivery().event, reader=reader))
            assert [request.path for request in receiver.requests] == ["/+1 555/0100"]
            await notifier.close()

    asyncio.run(story())
