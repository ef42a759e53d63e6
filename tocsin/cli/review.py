"""`tocsin review`: draw up what a crisis taught, with changes to the files that a person can apply."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import orjson

from schemas.crisis import Crisis, Delivery
from schemas.mention import Evidence
from schemas.streams import CRISIS_STATE, NOTIFICATIONS
from tocsin.cli.act import add_namespace
from tocsin.configuration import load_playbooks, load_response, load_watchlist
from tocsin.desk.history import read_history
from tocsin.desk.latest import choose, read_latest
from tocsin.desk.story import as_event
from tocsin.desk.voices import HORIZON, read_voices
from tocsin.detection.watchlist import parse_watchlist
from tocsin.errors import ConfigurationError, TocsinError
from tocsin.evidence import EvidenceTexts
from tocsin.kafka.reach import hush_client
from tocsin.playback import find_kafka
from tocsin.report.review_markdown import render_markdown
from tocsin.report.review_page import render_page
from tocsin.response.plan import Plan
from tocsin.response.playbooks.read import Library, read_library, shipped_texts
from tocsin.response.review.draft import Kept, Review, draft_review
from tocsin.response.review.proposals import Files
from tocsin.response.review.recovery import Recovery, recover
from tocsin.response.review.sheet import lay_out
from tocsin.settings import Settings

_RENDER = {"md": render_markdown, "html": render_page}
#: So much of the id is in the names of the files.
_NAMED_BY = 8


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin review`."""
    parser.add_argument("id", metavar="ID", help="the crisis: its id, or a beginning that no other has")
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="where to write it (default: here)")
    parser.add_argument("--format", choices=[*_RENDER], default="md", help="Markdown, or a page for browsers and paper")
    parser.add_argument(
        "--watchlist",
        type=Path,
        metavar="FILE",
        help="propose changes to it (default: TOCSIN_WATCHLIST, if it is there)",
    )
    parser.add_argument(
        "--response", type=Path, metavar="FILE", help="propose changes to it (default: TOCSIN_RESPONSE, if it is there)"
    )
    add_namespace(parser)


def run(args: argparse.Namespace) -> int:
    """0 written.

    Raises:
        TocsinError: there is no such crisis, or a file cannot be read, understood or written.
    """
    settings = Settings.from_environment(namespace=args.namespace)
    configured = read_files(_choose(args.watchlist, settings.watchlist), _choose(args.response, settings.response))
    with hush_client():
        kept = asyncio.run(_gather(find_kafka(settings), args.id, configured))
    review = draft_review(kept, datetime.now(UTC))
    written = write(review, args.out, args.format)
    if args.json:
        print(orjson.dumps({"crisis": review.crisis.id, "written": [str(path) for path in written]}).decode())
        return 0
    print(f"wrote {written[0]}")
    for path, proposal in zip(written[1:], (each for each in review.proposals if each.diff), strict=True):
        print(f"  {proposal.title}: patch {proposal.file} < {path}")
    return 0


class Configured(NamedTuple):
    """What the person's files say."""

    plan: Plan | None
    library: Library
    files: Files


def read_files(watchlist: Path | None, response: Path | None) -> Configured:
    """The person's files, read and as they are written; None: there is none.

    Raises:
        ConfigurationError: one is not there, or cannot be read or understood.
    """
    plan = load_response(response) if response is not None else None
    if watchlist is not None:
        load_watchlist(watchlist)
    own: dict[str, str] = {}
    folder = None
    if plan is not None and response is not None and plan.playbooks is not None:
        folder = response.parent / plan.playbooks
        own = {str(file): _read(file) for file in sorted(folder.glob("*.yaml"))}
    files = Files(
        watchlist=(str(watchlist), _read(watchlist)) if watchlist is not None else None,
        response=(str(response), _read(response)) if response is not None else None,
        read_watchlist=lambda text: parse_watchlist(text, str(watchlist)),
        playbooks=own,
        shipped=shipped_texts(),
        folder=str(folder) if folder is not None else None,
    )
    library = read_library() if plan is None or response is None else load_playbooks(plan, response)
    return Configured(plan, library, files)


def write(review: Review, folder: Path, kind: str) -> list[Path]:
    """Write the draft, and each proposed change as a file for `patch`.

    Raises:
        TocsinError: the folder cannot be written.
    """
    name = f"review-{review.crisis.id[:_NAMED_BY]}"
    texts = {f"{name}.{kind}": _RENDER[kind](lay_out(review))}
    for number, proposal in enumerate(review.proposals, 1):
        if proposal.diff:
            texts[f"{name}-{number}.diff"] = proposal.diff
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            (folder / file).write_bytes(text.encode())  # bytes: a diff's line ends are those of the file it is for
    except OSError as error:
        raise TocsinError(f"{error.filename or folder} cannot be written: {error.strerror}") from None
    return [folder / file for file in texts]


async def _gather(settings: Settings, beginning: str, configured: Configured) -> Kept:
    """What Kafka keeps of the crisis that is meant."""
    crises = await read_latest(settings, CRISIS_STATE, Crisis)
    if not crises:
        raise TocsinError(f"the namespace {settings.namespace} has no crisis", "another one? --namespace NAME")
    crisis = crises[choose(crises, beginning, "crisis", "tocsin crises list --all")]
    history = await read_history(settings, crisis.id)
    named = crisis.replace(evidence=tuple(dict.fromkeys((*crisis.evidence, crisis.first_mention))))
    async with EvidenceTexts(settings) as texts:
        evidence = await texts.fetch(as_event(named, history.events))
    deliveries = await read_latest(settings, NOTIFICATIONS, Delivery)
    return Kept(
        crisis=crisis,
        events=history.events,
        evidence=evidence,
        deliveries=[each for each in deliveries.values() if each.event.crisis.id == crisis.id],
        crises=tuple(crises.values()),
        recovery=await _recover(settings, crisis, evidence),
        plan=configured.plan,
        library=configured.library,
        files=configured.files,
    )


async def _recover(settings: Settings, crisis: Crisis, evidence: Mapping[str, Evidence]) -> Recovery | None:
    """What became of those who complained, after the first answer or the end; None: there was neither yet."""
    turned_at = crisis.first_answer_at or crisis.resolved_at or crisis.contained_at
    if turned_at is None:
        return None
    first = evidence.get(crisis.first_mention)
    began_at = min(crisis.opened_at, first.posted_at) if first is not None else crisis.opened_at
    return recover(await read_voices(settings, crisis.brand), began_at, turned_at, HORIZON)


def _choose(named: Path | None, usual: Path) -> Path | None:
    return named or (usual if usual.exists() else None)


def _read(path: Path) -> str:
    """The text with its own line ends, which a diff must keep; the file was read before, so it is there."""
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from None
