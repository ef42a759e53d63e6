"""What a text leaves to compare: the little that is needed to see that several accounts say the same.

Made once per mention where its text is at hand, so that nobody downstream needs the text. Nothing here can be turned
back into words, and everything is the same on every machine.

Near-identical texts are recognised by a *bottom-k sketch* (Broder 1997; Cohen & Kaplan 2007) of their pairs of words:
the k smallest hashes. The share of common hashes among the k smallest of both estimates the Jaccard similarity of the
texts. Most posts have fewer than twice k pairs of words, so that the estimate is nearly exact.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from hashlib import blake2b
from itertools import chain, pairwise
from struct import Struct
from typing import Final
from zlib import crc32

from schemas.mention import Trace
from tocsin.detection.normalise import MIN_FINGERPRINT_LENGTH, fold

#: Hashes of a sketch, and bytes of each. `python -m bench.coordination` measures what is found with them.
SKETCH_HASHES: Final = 10
HASH_BYTES: Final = 4

#: Resemblance from which on two texts are nearly the same.
SIMILAR: Final = 0.5

#: A text of fewer words says too little to be nearly the same as another by anything but chance.
MIN_WORDS: Final = 5

#: Hashtags and links looked at; a text with more of them is an advertisement of tags.
MAX_TAGS: Final = 12
MAX_LINKS: Final = 4

#: What a text consists of: links, @handles, #tags and words.
_PARTS: Final = re.compile(r"https?://\S+|www\.\S+|[@#]?\w[\w']*")
#: From here on somebody else is quoted: "RT @acme: …", "MT @acme …", '"@acme: …'.
_QUOTED: Final = re.compile(r"\b[rm]t @\w|\"@\w+ ?:")
#: Whom a reshare names before what it passes on; reshares are reshared.
_PASSING_ON: Final = re.compile(r"(?:[^\w@#]*(?:\b[rm]t)? *@\w+ ?:?)*")
#: Scripts without spaces come as one long word; pairs of characters stand for pairs of words.
_LONG_WORD: Final = 24
#: Parameters that tell where a reader came from, not what is read.
_TRACKING: Final = re.compile(
    r"(?:utm_|mc_|pk_|mtm_|hsa_|vero_|oly_|ns_|at_|_hs)\w*|(?:fb|g|ms|tt|y|dc|wb|gb|tw)clid|igshid|igsh|ref|ref_src|ref_url|"
    r"cmp|cmpid|cid|ncid|smid|sr_share|share|src|source|feature|si|s|spm|xtor|via|amp"
)
_SIDE_DOOR: Final = re.compile(r"(?:www\d?|m|mobile|amp)\.")


def trace(text: str) -> Trace:
    """What `text` leaves to compare.

    >>> trace("Shame on #Acme, they lied https://t.co/1").text == trace("@sam shame on #acme, they lied").text
    True

    A reshare says nothing of its own: it has no text, no tags and no links, and the sketch of what it passes on.

    >>> said, passed_on = trace("Shame on #Acme, they lied again"), trace("RT @sam: shame on #Acme, they lied again")
    >>> passed_on.text, passed_on.length, passed_on.sketch == said.sketch
    ('', 0, True)
    """
    return trace_folded(fold(text))


def trace_folded(folded: str) -> Trace:
    """`trace` of a text that `fold` has been applied to."""
    if ("t @" in folded or '"@' in folded) and (quoted := _QUOTED.search(folded)):
        own = folded[: quoted.start()]
        left = _trace_said(own)
        if left.text or any(part[0] not in "@#" for part in _PARTS.findall(own)):
            return left
        passed_on = folded[_PASSING_ON.match(folded, quoted.start()).end() :]  # type: ignore[union-attr]
        again = _QUOTED.search(passed_on)
        return left.replace(sketch=_trace_said(passed_on[: again.start()] if again else passed_on).sketch)
    return _trace_said(folded)


def _trace_said(folded: str) -> Trace:
    """The trace of a text without quotations."""
    if "#" in folded or "://" in folded or "www." in folded:
        return _trace_parts(folded)
    pieces = folded.split()
    whole = " ".join(filter(None, map(_SAID, pieces)))
    hashes = list(chain.from_iterable(map(_HASH_PIECE, pieces)))
    length = len(whole)
    return Trace(
        text=blake2b(whole.encode(), digest_size=8).hexdigest() if length >= MIN_FINGERPRINT_LENGTH else "",
        length=min(length, 255),
        sketch=_sketch_hashes(hashes) if len(hashes) >= MIN_WORDS else _sketch(whole.split()),
    )


def _trace_parts(folded: str) -> Trace:
    """The trace of a text that may hold hashtags and links."""
    words: list[str] = []
    said: list[str] = []
    tags: set[str] = set()
    links: list[str] = []
    for part in _PARTS.findall(folded):
        first = part[0]
        if first == "@":
            continue
        if first == "#":
            tags.add(part)
        elif (first == "h" and part.startswith(("http://", "https://"))) or (first == "w" and part.startswith("www.")):
            links.append(part)
            continue
        else:
            words.append(part)
        said.append(part)
    whole = " ".join(said)
    length = len(whole)
    return Trace(
        text=blake2b(whole.encode(), digest_size=8).hexdigest() if length >= MIN_FINGERPRINT_LENGTH else "",
        length=min(length, 255),
        sketch=_sketch(words),
        tags=tuple(sorted([crc32(tag.encode()) for tag in tags])[:MAX_TAGS]) if tags else (),
        links=_hash_links(links) if links else (),
    )


def resemblance(one: bytes, other: bytes) -> float:
    """Estimated Jaccard similarity of two texts' pairs of words, 0 to 1, from their sketches.

    >>> text = "they lied to us about the turkey"
    >>> round(resemblance(trace(text).sketch, trace("wow " + text).sketch), 2)
    0.86
    """
    return compare_hashes(frozenset(read_sketch(one)), read_sketch(other))


def read_sketch(sketch: bytes) -> tuple[int, ...]:
    """The hashes of a sketch, ascending."""
    read = _READS.get(len(sketch))
    if read is None:
        return tuple(each for (each,) in _READ_ONE.iter_unpack(sketch))
    return read(sketch)


def compare_hashes(ours: frozenset[int], theirs: Collection[int], least: float = 0.0) -> float:
    """`resemblance` of sketches that were read; 0 when it is below `least`."""
    if not ours or not theirs:
        return 0.0
    common = ours.intersection(theirs)
    united = len(ours) + len(theirs) - len(common)
    if united <= SKETCH_HASHES:
        likeness = len(common) / united
    elif len(common) < least * SKETCH_HASHES:
        return 0.0
    else:
        last = sorted(ours.union(theirs))[SKETCH_HASHES - 1]
        likeness = len([each for each in common if each <= last]) / SKETCH_HASHES
    return likeness if likeness >= least else 0.0


class _WordHashes(dict[str, int]):
    """30 bits of the CRC-32 of a word, as a table: words come again and again. Remembers 65,536 of them.

    Whole numbers of up to 30 bits are the fast ones in Python.
    """

    def __missing__(self, word: str) -> int:
        hashed = crc32(word.encode()) >> 2
        if len(self) >= 65_536:
            self.clear()
        self[word] = hashed
        return hashed


_HASH_WORD: Final = _WordHashes().__getitem__
_PACKS: Final = tuple(Struct(f">{count}I").pack for count in range(SKETCH_HASHES + 1))
_READ_ONE: Final = Struct(">I")
_READS: Final = {count * HASH_BYTES: Struct(f">{count}I").unpack for count in range(SKETCH_HASHES + 1)}


def _sketch(words: list[str]) -> bytes:
    """The smallest hashes of pairs of neighbouring words; hashtags are no words: the same sentence gets other ones."""
    if len(words) < MIN_WORDS:
        if not any(len(word) >= _LONG_WORD for word in words):
            return b""
        words = list("".join(words))
    return _sketch_hashes(list(map(_HASH_WORD, words)))


def _sketch_hashes(hashes: list[int]) -> bytes:
    pairs = {one ^ other >> 1 for one, other in pairwise(hashes)}
    smallest = sorted(pairs)[:SKETCH_HASHES]
    return _PACKS[len(smallest)](*smallest)


class _Said(dict[str, str]):
    """What stands between two spaces, without hashtags and links → its words; they come again and again."""

    def __missing__(self, piece: str) -> str:
        said = " ".join(part for part in _PARTS.findall(piece) if part[0] != "@")
        if len(piece) <= _LONG_WORD:
            if len(self) >= 65_536:
                self.clear()
            self[piece] = said
        return said


class _PieceHashes(dict[str, tuple[int, ...]]):
    """The hashes of the words in each such piece."""

    def __missing__(self, piece: str) -> tuple[int, ...]:
        hashes = tuple(map(_HASH_WORD, _SAID(piece).split()))
        if len(piece) <= _LONG_WORD:
            if len(self) >= 65_536:
                self.clear()
            self[piece] = hashes
        return hashes


_SAID: Final = _Said().__getitem__
_HASH_PIECE: Final = _PieceHashes().__getitem__


def _hash_links(links: list[str]) -> tuple[int, ...]:
    found = {crc32(bare.encode()) for link in links if (bare := normalise_link(link))}
    return tuple(sorted(found)[:MAX_LINKS])


def normalise_link(link: str) -> str:
    """What a link leads to: host and path without scheme, "www.", fragment and tracking; "" when it was cut short.

    >>> normalise_link("https://www.news.example/a/story/?utm_source=x&id=7#top")
    'news.example/a/story?id=7'
    """
    if link.endswith(("…", "...")):
        return ""
    bare = link.partition("//")[2] if link.startswith("http") else link
    bare = bare.partition("#")[0].rstrip(".,;:!?)]}'\"»*")
    if door := _SIDE_DOOR.match(bare):
        bare = bare[door.end() :]
    path, _, query = bare.partition("?")
    path = path.rstrip("/")
    if query:
        kept = sorted(each for each in query.split("&") if each and not _TRACKING.fullmatch(each.partition("=")[0]))
        if kept:
            return f"{path}?{'&'.join(kept)}"
    return path


__all__ = ["Trace", "compare_hashes", "normalise_link", "read_sketch", "resemblance", "trace", "trace_folded"]
