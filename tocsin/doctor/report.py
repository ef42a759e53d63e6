"""The whole examination: which checks there are, in the order of the report."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime

from tocsin.doctor.broker import check_kafka
from tocsin.doctor.files import check_files, check_links, check_secrets
from tocsin.doctor.finding import Check, Finding, examine, without_waiting
from tocsin.doctor.machine import check_disk, check_java
from tocsin.doctor.receivers import check_receivers
from tocsin.errors import BrokerError
from tocsin.kafka.reach import REACH_SECONDS, hush_client
from tocsin.playback import find_kafka
from tocsin.proofread.read import read_files
from tocsin.settings import Settings

#: Reaching the broker, and then what is asked of it side by side.
_KAFKA_SECONDS = REACH_SECONDS + 4.5


async def look_over(settings: Settings, now: datetime, environment: Mapping[str, str] = os.environ) -> list[Finding]:
    """Everything that the doctor finds, within ten seconds.

    Args:
        now: what the files are held to.
        environment: where the secrets are that response.yaml names.
    """
    files = await without_waiting(lambda: read_files(settings.watchlist, settings.response, now))
    plan = files.plan

    async def look_at_kafka() -> list[Finding]:
        try:
            named = find_kafka(settings)
        except BrokerError as error:
            return [Finding("broker", "problem", error.what, error.then)]
        return await check_kafka(named)

    checks = [
        Check("java", lambda: check_java(settings, environment)),
        Check("disk", lambda: check_disk(settings)),
        Check("broker", look_at_kafka, _KAFKA_SECONDS),
        Check("files", lambda: check_files(files)),
        Check("links", lambda: check_links(settings)),
    ]
    if plan:
        checks += [
            Check("secrets", lambda: check_secrets(settings, plan, environment)),
            Check("receivers", lambda: check_receivers(plan.notifiers, environment), _KAFKA_SECONDS),
        ]
    with hush_client():
        return await examine(checks)
