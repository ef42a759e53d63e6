"""The App and the steps it runs: the table of contents. `faust -A agents.app agents` lists them."""

from __future__ import annotations

from agents.engine.app import App
from agents.enrich import enrich
from agents.escalate import escalate
from agents.score import score
from agents.window_author import window_author
from agents.window_topic import window_topic
from tocsin import pipeline
from tocsin.preflight import check_worker
from tocsin.settings import Settings

STEPS = {
    pipeline.ENRICH: enrich,
    pipeline.SCORE: score,
    pipeline.WINDOW_AUTHOR: window_author,
    pipeline.WINDOW_TOPIC: window_topic,
    pipeline.ESCALATE: escalate,
}

app = App("worker", Settings.from_environment(), list(STEPS), check_worker)

for step, agent in STEPS.items():
    app.agent(app.source(step), name=step.name)(agent)
