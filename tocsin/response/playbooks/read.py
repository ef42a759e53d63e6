"""Reads playbooks from YAML, strictly, and puts the shipped library and the user's own together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final, cast, get_args

from schemas.crisis import SEVERITIES, Severity, Stage
from schemas.signal import SignalKind
from tocsin.response.playbooks.playbook import (
    BASE_RESPONSE,
    CAUSES,
    CLUSTERS,
    PHASES,
    PROFILES,
    ROLES,
    STAKES,
    STRATEGIES,
    Match,
    Option,
    Phase,
    Playbook,
    Stake,
    Stance,
    Step,
    Strategy,
    Wording,
)
from tocsin.response.replies.policy import LANGUAGES, REASONS
from tocsin.strict_yaml import Value, read_yaml, suggest

#: The keys of a playbook and of its parts; each is explained in docs/playbooks.md (tested).
PLAYBOOK_KEYS: Final = (
    "id", "title", "version", "about", "at_stake", "when", "unless", "stance", "avoid", "steps",
)  # fmt: skip
STANCE_KEYS: Final = ("strategies", "why", "sources")
STEP_KEYS: Final = (
    "id", "what", "owner", "deadline", "phase", "takes", "every", "stages", "from_severity", "options", "avoid",
    "done_when",
)  # fmt: skip
OPTION_KEYS: Final = ("when", "do")
#: Each list of a match and what may stand in it; None: any word.
MATCH_LISTS: Final[dict[str, tuple[str, ...] | None]] = {
    "causes": CAUSES,
    "clusters": CLUSTERS,
    "reasons": REASONS,
    "kinds": get_args(SignalKind),
    "authors": PROFILES,
    "words": None,
}
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
MATCH_KEYS: Final = (*MATCH_LISTS, "stages", "from_severity")

#: The playbook for a crisis that nothing is known of; it is there in every library.
DEFAULT_ID: Final = "unclear-yet"

_DURATION: Final = re.compile(r"(\d{1,4}) ?(min|h|d)")
_UNITS: Final = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Library:
    """Playbooks by id; the default one is always there.

    Raises:
        ValueError: it is not.
    """

    playbooks: Mapping[str, Playbook]

    def __post_init__(self) -> None:
        if DEFAULT_ID not in self.playbooks:
            raise ValueError(f'a library needs the playbook "{DEFAULT_ID}"')

    def find(self, playbook_id: str) -> Playbook | None:
        """The playbook of that id."""
        return self.playbooks.get(playbook_id)


def read_library(texts: Mapping[str, str] | None = None, owners: Collection[str] = ()) -> Library:
    """The shipped playbooks, with the user's: one with the id of a shipped one replaces it, any other is added.

    Args:
        texts: file name → YAML of one playbook each.
        owners: who may own steps besides the roles, such as ids of people and teams of the plan.

    Raises:
        ConfigurationError: anything that is not understood, or an id that stands in two files; with file and line.
    """
    own: dict[str, Playbook] = {}
    for file, text in sorted((texts or {}).items()):
        playbook = parse_playbook(text, file, owners)
        if playbook.id in own:
            document = read_yaml(text, file)
            raise document.refuse(f'the playbook "{playbook.id}" stands in {own[playbook.id].file} too', "keep one")
        own[playbook.id] = playbook
    return Library(dict(sorted((_read_shipped() | own).items())))


def shipped_texts() -> dict[str, str]:
    """File name → YAML of each playbook that comes with Tocsin: to start one's own from."""
    folder = files("tocsin.response.playbooks").joinpath("library")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return {name: folder.joinpath(name).read_text(encoding="utf-8") for name in names}


@cache
def _read_shipped() -> dict[str, Playbook]:
    read = (parse_playbook(text, file) for file, text in shipped_texts().items())
    return {playbook.id: playbook for playbook in read}


def parse_playbook(text: str, file: str, owners: Collection[str] = ()) -> Playbook:
    """Read one playbook.

    Args:
        file: its name, for messages.
        owners: who may own steps besides the roles.

    Raises:
        ConfigurationError: anything that is not understood, with file, line and what to do.
    """
    document = read_yaml(text, file)
    fields = document.fields(PLAYBOOK_KEYS, required=("id", "title", "about", "at_stake", "stance", "steps"))
    playbook_id = fields["id"].identifier()
    when = _match(fields["when"]) if "when" in fields else Match()
    is_default = playbook_id == DEFAULT_ID
    if is_default and "when" in fields:
        raise fields["when"].refuse(f'"{DEFAULT_ID}" is for crises that nothing is known of', "remove `when`")
    if not is_default and not any(getattr(when, name) for name in MATCH_LISTS):
        raise fields.get("when", document).refuse(
            f'nothing would ever speak for "{playbook_id}"', f"name at least one of {', '.join(MATCH_LISTS)} in `when`"
        )
    return Playbook(
        id=playbook_id,
        title=_wording(fields["title"]),
        version=fields["version"].whole_number(1, 10_000) if "version" in fields else 1,
        about=fields["about"].text(),
        at_stake=cast(Stake, fields["at_stake"].choice(STAKES)),
        when=when,
        unless=_match(fields["unless"], MATCH_LISTS) if "unless" in fields else Match(),
        stance=_stance(fields["stance"]),
        steps=_steps(fields["steps"], {*ROLES, *owners}),
        avoid=_texts(fields.get("avoid")),
        file=file,
    )


def _match(value: Value, known: Collection[str] = MATCH_KEYS) -> Match:
    fields = value.fields(known)
    found: dict[str, Any] = {}
    for name, words in MATCH_LISTS.items():
        found[name] = _texts(fields.get(name)) if words is None else _choices(fields.get(name), words)
    return Match(stages=_stages(fields), from_severity=_severity(fields), **found)


def _stance(value: Value) -> Stance:
    fields = value.fields(STANCE_KEYS, required=STANCE_KEYS)
    listed = fields["strategies"]
    strategies = cast(tuple[Strategy, ...], _choices(listed, STRATEGIES))
    if strategies[: len(BASE_RESPONSE)] != BASE_RESPONSE:
        raise listed.refuse(
            "people come before the reputation: the strategies do not begin with instruct, adjust",
            f"write [{', '.join(dict.fromkeys((*BASE_RESPONSE, *strategies)))}]",
        )
    against = [each for each in ("diminish", "rebuild") if each in strategies]
    if "deny" in strategies and against:
        raise listed.refuse(f"deny and {against[0]} contradict each other, and the public notices", "keep one of them")
    return Stance(strategies=strategies, why=fields["why"].text(), sources=_texts(fields["sources"]))


def _steps(value: Value, owners: Collection[str]) -> tuple[Step, ...]:
    items = value.items()
    if not items:
        raise value.refuse(f"{value.label} is empty", "a playbook needs at least one step")
    steps: dict[str, Step] = {}
    for item in items:
        step = _step(item.named(f"step {item.peek('id')}".strip()), owners)
        if step.id in steps:
            raise item.refuse(f'the step "{step.id}" stands twice', "give one of them another id")
        steps[step.id] = step
    return tuple(steps.values())


def _step(value: Value, owners: Collection[str]) -> Step:
    fields = value.fields(STEP_KEYS, required=("id", "what", "owner", "deadline", "phase", "done_when"))
    owner = fields["owner"].identifier()
    if owner not in owners:
        raise fields["owner"].refuse(f'there is no role, person or team "{owner}"', suggest(owner, owners))
    phase = cast(Phase, fields["phase"].choice(PHASES))
    deadline = _duration(fields["deadline"])
    if deadline > PHASES[phase]:
        later = [each for each in PHASES if deadline <= PHASES[each]]
        raise fields["deadline"].refuse(
            f"{fields['deadline'].label} is later than its phase {phase} ends", f"write `phase: {later[0]}`, or sooner"
        )
    if "every" in fields and phase != "until-over":
        raise fields["every"].refuse("only steps of the phase until-over are repeated", "write `phase: until-over`")
    return Step(
        id=fields["id"].identifier(),
        what=_wording(fields["what"]),
        owner=owner,
        deadline=deadline,
        phase=phase,
        done_when=fields["done_when"].text(),
        takes=_duration(fields["takes"]) if "takes" in fields else None,
        every=_duration(fields["every"]) if "every" in fields else None,
        stages=_stages(fields),
        from_severity=_severity(fields),
        options=tuple(_options(fields["options"])) if "options" in fields else (),
        avoid=_texts(fields.get("avoid")),
    )


def _options(value: Value) -> Iterable[Option]:
    for item in value.items():
        fields = item.fields(OPTION_KEYS, required=OPTION_KEYS)
        yield Option(fields["when"].text(), fields["do"].text())


def _wording(value: Value) -> Wording:
    if value.kind == "a mapping":
        fields = value.fields(LANGUAGES, required=("en",))
        return Wording(**{language: text.text() for language, text in fields.items()})
    return Wording(value.text())


def _duration(value: Value) -> timedelta:
    example = 'write it as "15 min", "4 h" or "2 d"'
    written = value.text() if value.kind == "text" else str(value.node.value)
    found = _DURATION.fullmatch(written)
    if found is None:
        raise value.refuse(f'{value.label} is no duration: "{written}"', example)
    duration = int(found[1]) * _UNITS[found[2]]
    if not timedelta(0) < duration <= _LONGEST:
        raise value.refuse(f"{value.label} should be from 1 min to 90 d, found {written}", example)
    return duration


def _texts(value: Value | None) -> tuple[str, ...]:
    return tuple(item.text() for item in _items(value))


def _choices(value: Value | None, known: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.choice(known) for item in _items(value)))


def _items(value: Value | None) -> list[Value]:
    if value is None:
        return []
    items = value.items()
    if not items:
        raise value.refuse(f"{value.label} is empty", "name at least one, or remove the key")
    return items


def _stages(fields: Mapping[str, Value]) -> tuple[Stage, ...]:
    return cast(tuple[Stage, ...], _choices(fields.get("stages"), STAGES))


def _severity(fields: Mapping[str, Value]) -> Severity:
    return cast(Severity, fields["from_severity"].choice(SEVERITIES)) if "from_severity" in fields else "watch"
