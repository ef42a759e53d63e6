"""A playbook: which crises it is for, the stance to take, and steps with owners and deadlines (docs/playbooks.md).

The stance follows situational crisis communication theory: first tell people how to stay safe and what happened, then
answer for the reputation, and never deny and apologise at once. Both rules are kept when a playbook is read.

Source: Coombs, W.T. (2007). Protecting Organization Reputations During a Crisis: The Development and Application of
Situational Crisis Communication Theory. Corporate Reputation Review 10(3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from schemas.crisis import Severity, Stage
from tocsin.response.replies.policy import Language

Strategy = Literal["instruct", "adjust", "deny", "diminish", "rebuild", "bolster"]
#: What each stance says; the first two come before all others, whatever the crisis.
STRATEGIES: Final[dict[Strategy, str]] = {
    "instruct": "tell people how to protect themselves",
    "adjust": "say what happened and what is being done, and show that you care",
    "deny": "say that there is no crisis, or that the claim is false, and prove it",
    "diminish": "explain why it was not meant, or not in the brand's power",
    "rebuild": "apologise, and make good",
    "bolster": "thank those who help, and remind of what was done well",
}
#: Before any stance on the reputation: what people in danger or in doubt need.
BASE_RESPONSE: Final[tuple[Strategy, ...]] = ("instruct", "adjust")

Phase = Literal["first-hour", "same-day", "until-over", "after"]
#: Each phase and the latest deadline that its steps may have; `after` counts from the end of the crisis.
PHASES: Final[dict[Phase, timedelta]] = {
    "first-hour": timedelta(hours=1),
    "same-day": timedelta(hours=24),
    "until-over": timedelta(days=30),
    "after": timedelta(days=90),
}

Stake = Literal["people", "data", "service", "reputation"]
#: What could be lost, worst first: of two playbooks that fit equally, the one with more at stake is chosen.
STAKES: Final[tuple[Stake, ...]] = ("people", "data", "service", "reputation")

#: Causes and clusters as the detection names them; `tocsin.detection` is a neighbour that this room does not import, so
#: a test compares them.
CAUSES: Final = (
    "rumour", "disaster", "violence", "tampering", "challenge", "technical-error", "product-harm", "human-error",
    "misdeed",
)  # fmt: skip
CLUSTERS: Final = ("victim", "accidental", "preventable")
#: What can be said of the authors of a crisis.
PROFILES: Final = ("public", "influential", "anonymous", "employee", "competitor", "official")


@dataclass(frozen=True, slots=True)
class Wording:
    """One text in the languages that readers have. English is always there; the others may be empty."""

    en: str
    es: str = ""
    vi: str = ""

    def say(self, language: Language) -> str:
        """The text in `language`, or in English where it was not translated."""
        return {"en": self.en, "es": self.es, "vi": self.vi}[language] or self.en


#: Who owns a step, by role. A plan may know others: ids of its people and teams.
ROLES: Final[dict[str, Wording]] = {
    "communications-lead": Wording("Communications lead", "Responsable de comunicación", "Trưởng bộ phận truyền thông"),
    "social-desk": Wording("Social desk", "Equipo de redes sociales", "Nhóm mạng xã hội"),
    "customer-care": Wording("Customer care", "Atención al cliente", "Chăm sóc khách hàng"),
    "legal": Wording("Legal", "Asesoría jurídica", "Pháp chế"),
    "product-owner": Wording("Product owner", "Responsable del producto", "Người phụ trách sản phẩm"),
    "operations-lead": Wording("Operations lead", "Responsable de operaciones", "Người phụ trách vận hành"),
    "human-resources": Wording("Human resources", "Recursos humanos", "Nhân sự"),
    "executive-sponsor": Wording("Executive sponsor", "Dirección", "Đại diện ban lãnh đạo"),
    "security-officer": Wording("Security officer", "Responsable de seguridad", "Người phụ trách an ninh"),
    "privacy-officer": Wording(
        "Privacy officer", "Responsable de protección de datos", "Người phụ trách bảo vệ dữ liệu"
    ),
    "monitoring-owner": Wording("Owner of the monitoring", "Responsable del monitoreo", "Người phụ trách theo dõi"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a crisis is like. Of each list one is enough; an empty list says nothing.

    Attributes:
        causes: kinds of cause; clusters: whose fault it is taken for.
        reasons: what complaints are about; kinds: of its signals.
        authors: profiles of those behind it.
        words: terms of the crisis, its subject or its topics; case, accents, # and @ do not matter.
        stages, from_severity: the crisis must be in one of these stages, and must have been as bad as this.
    """

    causes: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    from_severity: Severity = "watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """The strategies in their order, why these, and where that is known from."""

    strategies: tuple[Strategy, ...]
    why: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """Another way to do a step, and when to take it."""

    when: str
    do: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do.

    Attributes:
        what: to do, as an instruction.
        owner: a role, or an id of the plan.
        deadline: after the crisis opened; in the phase `after`, after it was resolved.
        takes: how long the work itself takes; None: not said.
        every: done again and again, so often, until the crisis is over; None: once.
        stages, from_severity: when it is to be done at all.
        options: alternatives. avoid: what never to do meanwhile.
        done_when: how one knows that it is done.
    """

    id: str
    what: Wording
    owner: str
    deadline: timedelta
    phase: Phase
    done_when: str
    takes: timedelta | None = None
    every: timedelta | None = None
    stages: tuple[Stage, ...] = ()
    from_severity: Severity = "watch"
    options: tuple[Option, ...] = ()
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """Suggested steps for a kind of crisis.

    Attributes:
        version: counted up by whoever revises it.
        about: the situation, in a sentence.
        at_stake: what could be lost.
        when: what speaks for it; unless: what speaks so much against it that it is not chosen at all.
        avoid: what never to do in such a crisis.
        steps: in the order in which they are read; at least one.
        file: where it was read from.
    """

    id: str
    title: Wording
    version: int
    about: str
    at_stake: Stake
    when: Match
    unless: Match
    stance: Stance
    steps: tuple[Step, ...]
    avoid: tuple[str, ...] = ()
    file: str = ""
