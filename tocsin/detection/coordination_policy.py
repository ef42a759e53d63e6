"""What counts as acting alike, and how much of it is needed: one setting for every brand."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.instants import DAY_MS, HOUR_MS, MINUTE_MS


@dataclass(frozen=True, slots=True)
class CoordinationPolicy:
    """What counts as acting alike, and how much of it is needed.

    Attributes:
        text_interval_ms: the same text within an hour.
        act_interval_ms: links and hashtags are shared by everybody sooner or later; within a minute by few.
        memory_ms: co-actions count for a day.
        campaign_ms: accounts of a group and the texts of their own are known for two weeks: campaigns come again.
        score: two texts of one's own words that others post too.
        partners: others who did so as well: five people rarely own the accounts of one person.
        share: of an author's mentions of the day that the score must be: who says much meets everybody by chance.
        common: authors up to whom a text counts in full; each doubling takes away as much again.
        public: authors from whom on a text is everybody's and says nothing of anybody.
        link_weight: of a text with a link, which may be a headline; link_act and tags_act: of a link or hashtags alone.
        short, short_weight: characters below which a text is half a coincidence.
        known_members: of a group, that make a text the group's own.
        joined_members: of a group, that must have posted a text for another author to join by it.
        many: authors of one text that are worth telling though nobody repeats anything.
        names: accounts that a finding names at most.
        again_ms: between findings while the group grows, unless more accounts wait than can be named.
    """

    text_interval_ms: int = HOUR_MS
    act_interval_ms: int = MINUTE_MS
    memory_ms: int = DAY_MS
    campaign_ms: int = 14 * DAY_MS
    score: float = 2.0
    partners: int = 4
    share: float = 0.25
    common: int = 32
    public: int = 256
    link_weight: float = 0.7
    link_act: float = 0.7
    tags_act: float = 0.5
    short: int = 16
    short_weight: float = 0.5
    known_members: int = 1
    joined_members: int = 3
    many: int = 20
    names: int = 50
    again_ms: int = 5 * MINUTE_MS


DEFAULT = CoordinationPolicy()
