"""The ordered list of pure steps: run by the agents over Kafka, and by the back-test in a loop."""

from __future__ import annotations

from schemas import streams
from schemas.crisis import Delivery
from tocsin.detection.enrich import Enrich
from tocsin.detection.score import Score
from tocsin.detection.window_author import AuthorRow, WindowAuthor
from tocsin.detection.window_topic import TopicRow, WindowTopic
from tocsin.flow import Step
from tocsin.response.escalate import Escalate, EscalateRow
from tocsin.response.notify import Notify

# fmt: off
ENRICH = Step(
    name="enrich", about="validate, normalise, find language, brands and topics",
    reads=streams.RAW, writes=(streams.ENRICHED,), start=Enrich, is_source=True,
)
SCORE = Step(
    name="score", about="sentiment and weight",
    reads=streams.ENRICHED, writes=(streams.SCORED,), start=Score,
)
WINDOW_AUTHOR = Step(
    name="window-author", about="drop repeats, add what we know of the author, forward to every matched topic",
    reads=streams.SCORED, writes=(streams.BY_TOPIC, streams.EVIDENCE, streams.BY_AUTHOR_ACTIVITY, streams.INBOX),
    start=WindowAuthor, row=AuthorRow, state=streams.AUTHOR_STATE,
)
WINDOW_TOPIC = Step(
    name="window-topic", about="count distinct authors, negatives and reach; judge bursts at every tick",
    reads=streams.BY_TOPIC, writes=(streams.BY_TOPIC_ACTIVITY, streams.INBOX),
    start=WindowTopic, row=TopicRow, state=streams.TOPIC_STATE,
)
ESCALATE = Step(
    name="escalate", about="signals and commands become one crisis per brand and subject, told to people step by step",
    reads=streams.INBOX, writes=(streams.CRISES, streams.CRISIS_STATE, streams.ANSWERS, streams.SILENCES),
    start=Escalate, row=EscalateRow, state=streams.ESCALATE_STATE,
)
NOTIFY = Step(  # an App of its own: a slow notifier must not hold up the pipeline
    name="notify", about="escalation events become deliveries, one for each notifier that has to hear of them",
    reads=streams.CRISES, writes=(),
    start=Notify, row=Delivery, state=streams.NOTIFICATIONS,
)
# fmt: on

PIPELINE: tuple[Step, ...] = (ENRICH, SCORE, WINDOW_AUTHOR, WINDOW_TOPIC, ESCALATE)
