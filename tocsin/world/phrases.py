"""What the simulated world talks about: invented brands, their topics, and what a book of phrases holds.

Any likeness to a real company is chance. The phrases themselves are in `phrases_en`, `phrases_es` and `phrases_vi`;
`wording` makes texts of them. About a third of the complaints hold no word that a sentiment lexicon knows, as
with real ones. None holds a high-risk term (injury, recall, lawsuit …): one such mention would rightly raise a signal.
None names a topic by chance either.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "es", "vi"]
#: A language as somebody types it: with its accents, without them ("bare"), or abbreviated as in chats (teencode).
Dialect = Literal["en", "es", "es-bare", "vi", "vi-bare", "vi-teen"]
Mood = Literal["chatter", "praise", "complaint", "question", "outrage", "reaction", "campaign", "rant"]

#: How the people of a language type: shares that sum to 1.
DIALECTS: dict[Language, tuple[tuple[Dialect, float], ...]] = {
    "en": (("en", 1.0),),
    "es": (("es", 0.75), ("es-bare", 0.25)),
    "vi": (("vi", 0.55), ("vi-bare", 0.25), ("vi-teen", 0.20)),
}
LANGUAGES: dict[Dialect, Language] = {
    dialect: language for language, dialects in DIALECTS.items() for dialect, _ in dialects
}


def without_accents(text: str) -> str:
    """`text` as it is typed in a hurry: no diacritics, no inverted marks.

    >>> without_accents("¿Điện thoại de mañana?")
    'Dien thoai de manana?'
    """
    return text if text.isascii() else text.translate(_BARE)


class _BareLetters(dict[int, str]):
    """Letters as they are without their diacritics, made as they are met."""

    def __missing__(self, letter: int) -> str:
        plain = "".join(
            each for each in unicodedata.normalize("NFD", chr(letter)) if unicodedata.category(each) != "Mn"
        )
        self[letter] = bare = {"đ": "d", "Đ": "D", "¿": "", "¡": ""}.get(plain, plain)
        return bare


_BARE = _BareLetters()


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language; their syntax is told in `wording`.

    Attributes:
        slots: what stands for {d} (a day), {w} (somebody's relation) and {i} (a hashtag).
        openers, closers: before and after a text, with their own spaces.
        cores: by mood; each names the brand {b}.
        tails: second sentences by tone (plain, good, bad), which name nothing.
        brand_posts: what the brand itself posts when it begins a faux pas, a campaign.
        headlines: what outlets write: on any day, about a storm or a faux pas once it is news, about a campaign.
        attack_mild, attack_harsh: what coordinated accounts are told to post; only the harsh ones sound negative.
        attack_tags: their hashtags, {h} being the brand's name.
    """

    slots: dict[str, tuple[str, ...]]
    openers: tuple[str, ...]
    closers: tuple[str, ...]
    cores: dict[Mood, tuple[str, ...]]
    tails: dict[str, tuple[str, ...]]
    brand_posts: dict[str, tuple[str, ...]]
    headlines: dict[str, tuple[str, ...]]
    attack_mild: tuple[str, ...]
    attack_harsh: tuple[str, ...]
    attack_tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SimulatedTopic:
    """A topic and the words for it; the first of `en` is its name. All words are keywords of the watchlist."""

    id: str
    en: tuple[str, ...]
    es: tuple[str, ...]
    vi: tuple[str, ...]

    @property
    def keywords(self) -> tuple[str, ...]:
        """Its words, as they are written and as they are typed in a hurry."""
        words = (*self.en, *self.es, *self.vi)
        return tuple(dict.fromkeys((*words, *map(without_accents, words))))

    def words(self, dialect: Dialect) -> tuple[str, ...]:
        """What somebody calls it who types like this."""
        words = {"en": self.en, "es": self.es, "vi": self.vi}[LANGUAGES[dialect]]
        if dialect == "vi-teen":
            return (*words, *map(without_accents, words))
        return tuple(map(without_accents, words)) if dialect.endswith("-bare") else words


@dataclass(frozen=True, slots=True)
class SimulatedBrand:
    """A brand.

    Attributes:
        weight: its volume, 1 being the mean of all brands.
        hours_east: where most of its people live, in hours east of Greenwich: shifts its daily rhythm.
        languages: share of each language, summing to 1; the brand itself speaks the first one.
        campaign: what its marketing would run.
    """

    id: str
    name: str
    weight: float
    hours_east: int
    languages: tuple[tuple[Language, float], ...]
    topics: tuple[SimulatedTopic, ...]
    campaign: str

    @property
    def handle(self) -> str:
        return f"@{self.id}"

    @property
    def language(self) -> Language:
        return self.languages[0][0]

    @property
    def dialects(self) -> tuple[tuple[Dialect, float], ...]:
        """How its people type: shares that sum to 1."""
        return tuple((each, share * part) for language, share in self.languages for each, part in DIALECTS[language])


def _topic(id: str, en: str, es: str, vi: str) -> SimulatedTopic:
    return SimulatedTopic(id, *(tuple(words.split(", ")) for words in (en, es, vi)))


BRANDS: tuple[SimulatedBrand, ...] = (
    SimulatedBrand(
        "norvale", "Norvale", 1.3, -5, (("en", 0.74), ("es", 0.18), ("vi", 0.08)),
        (
            _topic("baggage", "baggage, suitcase, luggage", "equipaje, maleta", "hành lý, vali"),
            _topic("check-in", "check-in, boarding pass", "facturación, tarjeta de embarque", "thẻ lên máy bay"),
            _topic("delays", "flight, departure, connection", "vuelo, salida", "chuyến bay"),
            _topic("cabin-crew", "cabin crew, crew", "tripulación", "tiếp viên"),
        ),
        "#NorvaleMiles weekend",
    ),
    SimulatedBrand(
        "ozelka", "Ozelka", 1.1, 1, (("en", 0.92), ("es", 0.06), ("vi", 0.02)),
        (
            _topic("battery", "battery, charger", "batería, cargador", "pin, sạc"),
            _topic("update", "update, new version", "actualización", "bản cập nhật"),
            _topic("screen", "screen, display", "pantalla", "màn hình"),
            _topic("helpline", "helpline, hotline", "línea de ayuda", "tổng đài"),
        ),
        "#OzelkaLights photo week",
    ),
    SimulatedBrand(
        "quillbrook", "Quillbrook", 0.8, 0, (("en", 0.96), ("es", 0.03), ("vi", 0.01)),
        (
            _topic("app", "banking app, login", "inicio de sesión", "ứng dụng ngân hàng"),
            _topic("fees", "fees, charges", "comisiones", "phí dịch vụ"),
            _topic("cards", "debit card, card payment", "tarjeta de débito", "thẻ ghi nợ"),
            _topic("branches", "branch, cash machine", "sucursal, cajero", "chi nhánh"),
        ),
        "#QuillbrookSaves challenge",
    ),
    SimulatedBrand(
        "brenfold", "Brenfold", 0.7, 7, (("vi", 0.48), ("en", 0.46), ("es", 0.06)),
        (
            _topic("recipe", "recipe, ingredients", "receta, ingredientes", "công thức, thành phần"),
            _topic("packaging", "packaging, wrapper", "envase, envoltorio", "bao bì"),
            _topic("price", "price, prices", "precio, precios", "giá bán"),
            _topic("delivery", "delivery, courier", "entrega, reparto", "giao hàng"),
        ),
        "#BrenfoldBites tasting",
    ),
    SimulatedBrand(
        "velmundo", "Velmundo", 1.1, -3, (("en", 0.54), ("es", 0.43), ("vi", 0.03)),
        (
            _topic("network", "network, signal", "cobertura, señal", "mạng di động"),
            _topic("billing", "bill, invoice", "factura", "hóa đơn"),
            _topic("router", "router, modem", "módem", "bộ phát wifi"),
            _topic("roaming", "roaming, data plan", "itinerancia, plan de datos", "chuyển vùng"),
        ),
        "#VelmundoLive concerts",
    ),
)  # fmt: skip

PLACES = (
    "Lisbon", "Denver", "Hanoi", "Leeds", "Valencia", "Austin", "Da Nang", "Bogotá", "Oslo", "Seattle", "Quito",
    "Bristol", "Saigon", "Chicago", "Porto", "Lima", "Dublin", "Tampa", "Bilbao", "Hue",
)  # fmt: skip
