"""Who lives in the simulated world: ordinary people, outlets, brands, and accounts that were made for an attack."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Final

from schemas.mention import Author
from tocsin.world.phrases import PLACES, SimulatedBrand

#: Followers are log-normal: median 180, a hundredth above 10,000. Ordinary people, so no more than:
_MOST_FOLLOWERS = 60_000
#: Who has more may have proved who they are; half of them did.
_NOTABLE = 20_000
#: Share of ordinary people who kept the handle that the service gave them.
_DEFAULT_HANDLES = 0.05
#: Accounts of an attack: so many were made for it, within so many days; some more are of the last year; others bought.
_MADE_FOR_IT, _OF_THE_YEAR = 0.7, 0.9
_MADE_DAYS, _YEAR_DAYS, _OLD_DAYS = 45, 365, 2_500

_FIRST: Final = (
    "ana", "ben", "carla", "dario", "emma", "felix", "gina", "hung", "iris", "jonas", "kate", "lam", "maya", "nadia",
    "omar", "paula", "quang", "rosa", "sam", "thao", "uma", "victor", "wen", "xavi", "yen", "zoe", "linh", "marcos",
    "tom", "lucia", "minh", "helen", "diego", "trang", "alice", "pablo",
)  # fmt: skip
_LAST: Final = (
    "ortiz", "nguyen", "smith", "walsh", "tran", "moreno", "le", "baker", "vargas", "pham", "reid", "castro", "hoang",
    "young", "silva", "vo", "clarke", "ramos", "dang", "fisher", "bui", "lopez", "grant", "do",
)  # fmt: skip
#: What handles begin with, in an order that mixes names.
_HANDLES: Final = tuple(
    handle
    for shift in range(len(_LAST))
    for place, first in enumerate(_FIRST)
    for last in (_LAST[(place + shift) % len(_LAST)],)
    for handle in (f"{first}_{last}", f"{last}.{first[0]}")
)


def make_person(rng: Random, source: str, number: str, born: datetime) -> Author:
    """Somebody ordinary: log-normal followers, an account of up to eight years before `born`."""
    luck = rng.random
    followers = min(_MOST_FOLLOWERS, int(rng.lognormvariate(5.2, 1.8)))
    chance = luck()
    if chance < _DEFAULT_HANDLES:
        handle = f"{rng.choice(_FIRST).title()}{rng.randrange(10**7, 10**8)}"
    else:
        handle = _HANDLES[int(chance * len(_HANDLES))] + number
    return Author(
        id=number,
        handle=handle,
        followers=followers,
        created_at=born - timedelta(int(3_000 * luck()) + 3),
        verified=True if followers > _NOTABLE and source != "fivestars" and luck() < 0.5 else None,
    )


def make_outlet(rng: Random, number: str) -> Author:
    """A paper: some hundred thousand readers."""
    name = f"{rng.choice(PLACES)} Courier {number}"
    return Author(id=number, handle=f"courier{number}", name=name, followers=rng.randint(20_000, 400_000))


def make_official(brand: SimulatedBrand) -> Author:
    """The brand's own account."""
    return Author(id=f"{brand.id}-official", handle=brand.id, name=brand.name, followers=50_000, verified=True)


def make_attacker(rng: Random, id: str, at: datetime) -> Author:
    """An account of a coordinated attack at `at`: most are young, with few followers and the handle they were given."""
    name, chance = rng.choice(_FIRST), rng.random()
    days = _MADE_DAYS if chance < _MADE_FOR_IT else _YEAR_DAYS if chance < _OF_THE_YEAR else _OLD_DAYS
    is_default = rng.random() < 0.8
    handle = f"{name.title()}{rng.randrange(10**7, 10**8)}" if is_default else f"{name}_{rng.choice(_LAST)}{id[:3]}"
    return Author(
        id=id,
        handle=handle,
        followers=int(rng.lognormvariate(2.3, 1.2)),
        created_at=at - timedelta(days=1 + int(days * rng.random())),
    )
