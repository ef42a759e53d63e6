"""From a writer's proposals to drafts: greeting, invitation and signature are ours; the guardrails judge the whole."""

from __future__ import annotations

import re
from collections.abc import Mapping

from schemas.mention import Evidence
from schemas.reply import Tone
from tocsin.errors import ConfigurationError
from tocsin.response.replies.draft import Draft, compose, draft
from tocsin.response.replies.facts import Facts
from tocsin.response.replies.guardrails import limit_of
from tocsin.response.replies.policy import CommunicationPolicy, WriterSettings
from tocsin.writers.openai_compatible import OpenAiCompatibleWriter
from tocsin.writers.writer import Assignment, KeptPrivate, Writer

#: What tells who somebody is: addresses, handles, links, telephone numbers, codes of bookings and orders.
_PERSONAL = re.compile(
    r"https?://\S+|[\w.+-]+@[\w.-]+\w|@\w+|\+?\d[\d .()-]{4,}\d|\b(?=[A-Z]*\d)[A-Z0-9]{5,}\b",
)
#: Characters that greeting, invitation and signature usually take.
_AROUND = 240


def build_writer(settings: WriterSettings | None, environment: Mapping[str, str]) -> Writer | None:
    """The writer of response.yaml; None when none is configured.

    Raises:
        ConfigurationError: its key is not in the environment.
    """
    if settings is None:
        return None
    key = environment.get(settings.key_env, "") if settings.key_env else ""
    if settings.key_env and not key:
        raise ConfigurationError(
            f"writer {settings.model}: its key {settings.key_env} is not in the environment",
            f"set {settings.key_env}, or correct key_env in response.yaml",
        )
    return OpenAiCompatibleWriter(settings.url, settings.model, key, settings.timeout)


async def suggest_drafts(
    writer: Writer, mention: Evidence, facts: Facts, policy: CommunicationPolicy, tone: Tone = "warm", count: int = 2
) -> tuple[Draft, ...]:
    """Drafts by a language model, those without findings first; each finding is with its draft.

    A draft with findings is for a person to see and mend: `is_recommended` is false, and `approve` refuses it without a
    reason. Where no public answer is recommended, the model is not asked, and the one draft says why.

    Raises:
        WriterError: the model gave nothing; KeptPrivate: the mention is private.
    """
    if mention.private:
        raise KeptPrivate("the mention is private: its text is not sent to a language model; answer it by hand")
    plain, *_ = draft(mention, facts, policy, tones=(tone,))
    if not plain.text:
        return (plain,)
    limit = limit_of(mention, policy)
    assignment = Assignment(
        language=plain.language,
        tone=tone,
        brand=facts.brand,
        reason=plain.reason,
        said=_PERSONAL.sub("…", mention.text),
        facts=tuple(facts.told_in(plain.language)),
        longest=max(limit - _AROUND, 80) if limit < 600 else 400,
        count=count,
    )
    texts = await writer.suggest(assignment)
    drafts = [compose(text, mention, facts, policy, tone, writer.name) for text in texts]
    return tuple(sorted(drafts, key=lambda each: len(each.findings)))
