"""What a person's command does: validated against the lifecycle, carried out at its instant, answered in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from schemas.command import Action, Command, CommandAnswer
from schemas.crisis import SEVERITIES, EventType, FollowUp, Note, Severity
from tocsin.instants import instant, milliseconds
from tocsin.response import follow_up
from tocsin.response.closing import contain, dismiss, reopen, resolve
from tocsin.response.crisis_book import CrisisBook
from tocsin.response.lifecycle import find_actions, find_event
from tocsin.response.paging import Pager
from tocsin.response.parts import set_severity
from tocsin.response.replies import kept
from tocsin.response.rows import CrisisRow
from tocsin.response.severity import is_alarm, rank
from tocsin.response.silences import Refused, Silences, id_of

#: Fields that an action cannot do without, and how a refusal asks for them.
_NEEDS: Final[dict[Action, tuple[str, ...]]] = {
    "assign": ("assignee",),
    "note": ("text",),
    "raise": ("reason",),
    "lower": ("reason",),
    "dismiss": ("reason",),
    "reopen": ("reason",),
    "silence": ("reason", "until"),
    "unsilence": ("target",),
    "approve-reply": ("mention", "text"),
    "sent-reply": ("target",),
    "add-follow-up": ("text", "until"),
    "complete-follow-up": ("target",),
    "complete-review": ("text",),
}
_ASKS: Final = {
    "assignee": "say to whom",
    "text": "say what, as a text",
    "reason": "say why: a reason is needed",
    "until": "say until when",
    "target": "say which one, by its id",
    "mention": "say which mention is answered, by its key",
}
_NOTES_LIMIT: Final = 20
#: Characters of a reason or a text: a crisis carries twenty notes wherever it goes. A reply has a limit of its own.
_LONGEST: Final = 2_000
_REPLIES: Final = ("approve-reply", "sent-reply")


class Commands:
    """Carries out commands."""

    def __init__(self, book: CrisisBook, pager: Pager, silences: Silences) -> None:
        self._book = book
        self._pager = pager
        self._silences = silences
        #: What is done, and the sentence and the event id that tell of it.
        self._acts: dict[Action, Callable[[CrisisRow, Command, int], tuple[str, str]]] = {
            "acknowledge": self._acknowledge,
            "assign": self._assign,
            "note": self._note,
            "raise": self._raise,
            "lower": self._lower,
            "contain": self._contain,
            "resolve": self._resolve,
            "dismiss": self._dismiss,
            "reopen": self._reopen,
            "approve-reply": self._approve_reply,
            "sent-reply": self._sent_reply,
            "add-follow-up": self._add_follow_up,
            "complete-follow-up": self._complete_follow_up,
            "complete-review": self._complete_review,
        }

    def act(self, command: Command, now_ms: int) -> CommandAnswer:
        """Carry a command out, or refuse it; nothing has changed when it is refused.

        Args:
            now_ms: its instant.
        """
        row = self._book.find(command.crisis)
        if row is not None:  # a high-risk signal may have been applied ahead of the watermark
            now_ms = max(now_ms, milliseconds(row.crisis.updated_at))
        answer = CommandAnswer(
            id=command.id,
            type="command.accepted",
            action=command.action,
            brand=command.brand,
            crisis=command.crisis,
            by=command.by,
            at=instant(now_ms),
        )
        try:
            self._require(command)
            if command.action == "silence":
                because, event = self._silences.add(command, row, now_ms), ""
            elif command.action == "unsilence":
                because, event = self._silences.lift(command), ""
            else:
                row = self._find(command, row)
                because, event = self._acts[command.action](row, command, now_ms)
        except Refused as refused:
            status = row.crisis.status if row is not None and row.crisis.brand == command.brand else None
            return answer.replace(type="command.refused", because=str(refused), status=status)
        return answer.replace(because=because, event=event, status=row.crisis.status if row else None)

    # -- whether it can be done ----------------------------------------------------------------------------------

    def _require(self, command: Command) -> None:
        for field in _NEEDS.get(command.action, ()):
            value = getattr(command, field)
            if not (value.strip() if isinstance(value, str) else value):
                raise Refused(f"{_ASKS[field]} (`{field}`)")
        for field in ("reason", "text"):
            length = len(getattr(command, field))
            if length > _LONGEST and command.action not in _REPLIES:
                raise Refused(f"it is too long to be kept with a crisis: {length:,} characters, at most {_LONGEST:,}")

    def _find(self, command: Command, row: CrisisRow | None) -> CrisisRow:
        """The crisis that is meant, if the action is possible now."""
        if not command.crisis:
            raise Refused(f"`{command.action}` needs the id of a crisis (`crisis`)")
        if row is None:
            raise Refused(f"there is no crisis {command.crisis} of {command.brand}, or it was over long ago")
        if row.crisis.brand != command.brand:
            raise Refused(f"the crisis {command.crisis} is of {row.crisis.brand}, not of {command.brand}")
        if find_event(row.crisis.status, command.action) is None:
            possible = ", ".join(find_actions(row.crisis.status))
            raise Refused(
                f"`{command.action}` is not possible: the crisis is {row.crisis.status}; possible: {possible}"
            )
        return row

    # -- what is done --------------------------------------------------------------------------------------------

    def _tell(self, row: CrisisRow, command: Command, now_ms: int, *because: str, **changes: Any) -> str:
        """The event of a command; work on an acknowledged crisis puts the end of its acknowledgement off."""
        event = find_event(row.crisis.status, command.action)
        assert event is not None
        if row.crisis.status == "acknowledged":
            self._pager.acknowledge(row, now_ms)
        told = self._book.tell(
            row, event, now_ms, tuple(each for each in because if each), by=command.by, command=command.id, **changes
        )
        return told.id

    def _acknowledge(self, row: CrisisRow, command: Command, now_ms: int) -> tuple[str, str]:
        row.known = rank(row.crisis.severity)
        row.crisis = row.crisis.replace(owner=command.by)
        self._pager.acknowledge(row, now_ms)
        others = tuple(person for person in row.told if person != command.by)
        event = self._tell(
            row, command, now_ms, command.reason or f"{command.by} has taken it", acknowledged_at=instant(now_ms),
            page=self._pager.make_notice(row, now_ms, f"{command.by} has taken it", others),
        )  # fmt: skip
        expires_at = row.crisis.acknowledgement_expires_at
        until = f" until {expires_at:%Y-%m-%d %H:%M} UTC, or longer while something is done" if expires_at else ""
        return f"{command.by} has it{until}", event

    def _assign(self, row: CrisisRow, command: Command, now_ms: int) -> tuple[str, str]:
        why = f"{command.by} gives it to {command.assignee}"
        person = (command.assignee,) if command.assignee != command.by else ()
        event = self._tell(
            row, command, now_ms, why, command.reason, owner=command.assignee,
            page=self._pager.make_notice(row, now_ms, why, person),
        )  # fmt: skip
        return f"it belongs to {command.assignee} now", event

    def _note(self, row: CrisisRow, command: Command, now_ms: int) -> tuple[str, str]:
        note = Note(by=command.by, at=instant(now_ms), text=command.text)
        notes = (*row.crisis.notes, note)[-_NOTES_LIMIT:]
        return "noted", self._tell(row, command, now_ms, command.text, notes=notes)

    def _raise(self, row: CrisisRow, command: Command, now_ms: int) -> tuple[str, str]:
        before = row.crisis
        severity = command.severity or SEVERITIES[min(rank(before.severity) + 1, len(SEVERITIES) - 1)]
        if rank(severity) <= rank(before.severity):
            raise Refused(f"it is {before.severity} already: nothing to raise to {severity}")
        set_severity(row, severity, now_ms)
        said = f"{command.by} raised it from {before.severity} to {severity}: {command.reason}"
        row.crisis = row.crisis.replace(raised_by=said, acknowledged_at=None, acknowledgement_expires_at=None)
        self._pager.start(row, now_ms) if before.status != "open" else self._pager.follow(row, now_ms)
        self._pager.start_briefing(row, now_ms)
        event: EventType = "crisis.escalated" if is_alarm(before.peak_severity) else "crisis.opened"
        told = self._book.tell(row, event, now_ms, (said,), by=command.by, command=command.id)
        self._pager.page_if_due(row, now_ms)
        return f"it is {severity} now", told.id

    def _lower(self, row: CrisisRow, command: Command, now_ms: int) -> tuple[str, str]:
        before = row.crisis.severity
        severity: Severity = command.severity or SEVERITIES[max(rank(before) - 1, 0)]
        if rank(severity) >= rank(before):
            raise Refused(f"it is {before}: nothing to lower to {severity}")
        set_severity(row, severity, now_ms)
        row.fell_ms, row.fell_rank = now_ms, rank(before)
        if row.crisis.status == "contained":
            row.known = rank(severity)
        said = f"{command.by} lowered it from {before} to {severity}: {command.reason}"
        row.crisis = row.crisis.replace(raised_by=said)
        self._pager.follow(row, now_ms)
        return f"it is {severity} now, until it gets worse", self._tell(row, command, now_ms, said)

    def _contain(self, row: CrisisRow, command: Command, now_ms: int) -> tuple[str, str]:
        because = (command.reason or command.text or f"{command.by} says that it no longer grows",)
        row.crisis = row.crisis.replace(owner=row.crisis.owner or command.by)
        return "it is contained: nobody is paged, unless it breaks out again", contain(
            row, now_ms, self._book, because, by=command.by, command=command.id
        )

    def _resolve(self, row: CrisisRow, command: Command, now_ms: int) -> tuple[str, str]:
        because = (command.reason or command.text or f"{command.by} says that it is over",)
        row.crisis = row.crisis.replace(owner=row.crisis.owner or command.by)
        return "it is resolved, and will be looked at again after 24 hours, 72 hours and 7 days", resolve(
            row, now_ms, self._book, self._pager, because, by=command.by, command=command.id
        )

    def _dismiss(self, row: CrisisRow, command: Command, now_ms: int) -> tuple[str, str]:
        return "it is dismissed: it comes back only if it gets worse", dismiss(
            row, now_ms, self._book, self._pager, (command.reason,), by=command.by, command=command.id
        )

    def _reopen(self, row: CrisisRow, command: Command, now_ms: int) -> tuple[str, str]:
        # What a person opens again is an alarm, whatever the rules say.
        floor = rank(command.severity or "elevated")
        said = f"{command.by} opened it again: {command.reason}"
        row.crisis = row.crisis.replace(raised_by=said)
        event = reopen(
            row, now_ms, self._book, self._pager, (said,), floor=floor, by=command.by, command=command.id
        )  # fmt: skip
        return f"it is open again, and {row.crisis.severity}", event

    def _approve_reply(self, row: CrisisRow, command: Command, now_ms: int) -> tuple[str, str]:
        target = id_of(command)
        if any(each.id == target for each in row.crisis.replies):
            raise Refused(f"the answer {target} is approved already")
        if mistake := kept.find_mistake(command):
            raise Refused(mistake)
        reply = kept.make_reply(command, target, instant(now_ms))
        event = self._tell(
            row, command, now_ms, f"an answer to {command.mention} is approved",
            f"although the guardrails found something in it: {reply.despite}" if reply.findings else "",
            replies=kept.add(row.crisis.replies, reply),
        )  # fmt: skip
        return f"the answer {target} is approved; say when it was sent", event

    def _sent_reply(self, row: CrisisRow, command: Command, now_ms: int) -> tuple[str, str]:
        known = {each.id: each for each in row.crisis.replies}
        found = known.get(command.target)
        if found is None:
            raise Refused(f"there is no answer {command.target}; there are: {', '.join(known) or 'none'}")
        if found.sent_at is not None:
            raise Refused(f"the answer {command.target} was sent at {found.sent_at:%Y-%m-%d %H:%M} UTC")
        where = f": {command.url}" if command.url else ""
        event = self._tell(
            row, command, now_ms, f"the answer {command.target} was sent{where}",
            first_answer_at=row.crisis.first_answer_at or instant(now_ms),
            replies=kept.mark_sent(row.crisis.replies, command.target, instant(now_ms), command.url),
        )  # fmt: skip
        return f"the answer {command.target} is known to be sent", event

    def _add_follow_up(self, row: CrisisRow, command: Command, now_ms: int) -> tuple[str, str]:
        assert command.until is not None
        if milliseconds(command.until) <= now_ms:
            raise Refused(f"a follow-up needs a time to come, and {command.until:%Y-%m-%d %H:%M} is over")
        target = id_of(command)
        if any(each.id == target for each in row.crisis.follow_ups):
            raise Refused(f"there is a follow-up {target} already")
        added = FollowUp(id=target, due_at=command.until, what=command.text, by=command.by)
        row.crisis = row.crisis.replace(follow_ups=follow_up.add(row.crisis, added))
        follow_up.set_timer(row, now_ms)
        event = self._tell(row, command, now_ms, f"due {command.until:%Y-%m-%d %H:%M} UTC: {command.text}")
        return f"the follow-up {target} is due at {command.until:%Y-%m-%d %H:%M} UTC", event

    def _complete_follow_up(self, row: CrisisRow, command: Command, now_ms: int) -> tuple[str, str]:
        known = {each.id: each for each in row.crisis.follow_ups}
        found = known.get(command.target)
        if found is None:
            which = ", ".join(known) or "none"
            raise Refused(f"there is no follow-up {command.target}; there are: {which}")
        if not follow_up.is_open(found):
            raise Refused(f"the follow-up {command.target} was done at {found.done_at:%Y-%m-%d %H:%M} UTC")
        finding = command.text or command.reason or "done"
        follow_ups = follow_up.complete(row.crisis, found.id, finding, is_good=True, now_ms=now_ms)
        row.crisis = row.crisis.replace(follow_ups=follow_ups)
        follow_up.set_timer(row, now_ms)
        event = self._tell(row, command, now_ms, f"{found.what or found.id}: {finding}")
        self._forget_if_over(row)
        return f"the follow-up {command.target} is done", event

    def _complete_review(self, row: CrisisRow, command: Command, now_ms: int) -> tuple[str, str]:
        event = self._tell(row, command, now_ms, command.text)
        self._forget_if_over(row)
        return "its review is complete", event

    def _forget_if_over(self, row: CrisisRow) -> None:
        """A crisis that was reviewed and has nothing to follow up is over for good."""
        if row.crisis.status == "reviewed" and not any(follow_up.is_open(each) for each in row.crisis.follow_ups):
            self._book.remove(row)
