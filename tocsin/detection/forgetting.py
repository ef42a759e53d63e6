"""The erasure of an author on its way through topics to crises: a name that tells nothing takes the place of the key.

Where authors are counted by hashes of their keys, the hash goes with the key, so that nobody is counted twice. Only a
sketch of more than 256 authors stays as it is: it holds no hash, only how rare the rarest of them was.
"""

from __future__ import annotations

from collections.abc import Iterable

from schemas import streams
from schemas.erasure import Erasure
from schemas.mention import WHOLE_BRAND, TopicMention
from tocsin.detection.distinct import hash_once
from tocsin.detection.watchlist import Brand
from tocsin.flow import Emit, Rows
from tocsin.instants import digest
from tocsin.renaming import Names, rename_rows


def tell_topics(erasure: TopicMention, erased_as: str, brands: Iterable[Brand]) -> list[Emit]:
    """The erasure of an author for every topic: nobody remembers which ones an author has spoken about."""
    told = TopicMention(
        mention=erasure.mention,
        author=erasure.author,
        brand=erasure.brand,
        topic=WHOLE_BRAND,
        posted_at=erasure.posted_at,
        source=erasure.source,
        erased_as=erased_as,
    )
    emits = []
    for brand in brands:
        for topic in (WHOLE_BRAND, *(each.id for each in brand.topics)):
            record = told.replace(brand=brand.id, topic=topic)
            emits.append(Emit(streams.BY_TOPIC, record.topic_key, record))
    return emits


def erase_from_topic(rows: Rows, erasure: TopicMention) -> bool:
    """Erase an author from every row of one topic that may name them; True when any did.

    Of the brand as a whole also from what is watched mention by mention: reach, reshares, coordination.
    """
    old, new = erasure.author, erasure.erased_as
    names: Names = {old: new, hash_once(old): hash_once(new)}
    changed = rename_rows(rows, ("b|", "c|", "p|"), names, suffix=f"|{erasure.topic_key}")
    if erasure.topic == WHOLE_BRAND:
        brand = erasure.brand
        changed += rename_rows(rows, (f"g|{brand}", f"v|{brand}|", f"o|{brand}|"), names)
        # What coordination remembers of the author is kept by their key.
        account = f"o|{brand}|a|{old}"
        if (row := rows.get(account)) is not None:
            rows.put(f"o|{brand}|a|{new}", row)
            rows.delete(account)
            changed.append(account)
    return bool(changed)


def tell_crises(erasure: TopicMention) -> Erasure:
    """The same erasure for the crises of the brand: every topic passes it on, after its last signal that named them."""
    return Erasure(
        id=digest("erasure", erasure.mention, erasure.topic_key),
        brand=erasure.brand,
        author=erasure.author,
        erased_as=erasure.erased_as,
        at=erasure.posted_at,
    )
