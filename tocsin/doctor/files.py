"""Checks of what is written down: the two files, the secrets that they name, and the settings of acknowledge links."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from tocsin.doctor.finding import Finding
from tocsin.errors import ConfigurationError
from tocsin.preflight import missing_secrets
from tocsin.proofread.read import Files
from tocsin.response.links import check_address, read_secret
from tocsin.response.notifier_plan import secret_variables
from tocsin.response.plan import Plan
from tocsin.settings import Settings


async def check_files(files: Files) -> list[Finding]:
    """Whether watchlist.yaml and response.yaml can be used, and what in them is doubtful."""
    findings = [Finding("files", "problem", error.what, error.then) for error in files.mistakes]
    findings += [Finding("files", "warning", f"{each.place}: {each.what}", each.then) for each in files.advice]
    if findings:
        return findings
    brands = len(files.watchlist.brands) if files.watchlist else 0
    notifiers = len(files.plan.notifiers) if files.plan else 0
    return [Finding("files", "ok", f"{_count(brands, 'brand')} to watch, {_count(notifiers, 'notifier')} to tell")]


async def check_secrets(settings: Settings, plan: Plan, environment: Mapping[str, str] = os.environ) -> list[Finding]:
    """Whether every secret that response.yaml names is in this environment."""
    missing = missing_secrets(settings, plan, environment)
    if missing:
        return [Finding("secrets", "problem", error.what, error.then) for error in missing]
    count = len({variable for notifier in plan.notifiers for variable in secret_variables(notifier).values()})
    return [Finding("secrets", "ok", f"{_count(count, 'secret')} set" if count else "response.yaml names none")]


async def check_links(settings: Settings) -> list[Finding]:
    """Whether messages can have acknowledge links, and the two settings belong together."""
    if not settings.respond_url and not settings.respond_secret:
        return [Finding("links", "ok", "messages have no acknowledge links: TOCSIN_RESPOND_URL is not set")]
    findings = []
    if not settings.respond_url:
        what = "TOCSIN_RESPOND_SECRET is set without TOCSIN_RESPOND_URL: messages have no acknowledge links"
        then = "set TOCSIN_RESPOND_URL for every notifier; `tocsin respond` alone needs only the secret"
        findings.append(Finding("links", "warning", what, then))
    else:
        findings += _problem_of(lambda: check_address(settings.respond_url))
        if settings.respond_url.startswith("http://"):
            what = "TOCSIN_RESPOND_URL is not encrypted: who listens on the way can take a crisis in another's name"
            findings.append(Finding("links", "warning", what, "put `tocsin respond` behind a proxy that speaks TLS"))
    findings += _problem_of(lambda: read_secret(settings.respond_secret))
    return findings or [Finding("links", "ok", f"acknowledge links lead to {settings.respond_url}")]


def _problem_of(read: Callable[[], object]) -> list[Finding]:
    try:
        read()
    except ConfigurationError as error:
        return [Finding("links", "problem", error.what, error.then)]
    return []


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
