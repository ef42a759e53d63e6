"""What the simulated world talks about, and how: invented brands, their topics, and phrases in three languages.

Any likeness to a real company is chance. Phrases are composed as opener + core + closer (the outer two bring their own
spaces), so that two people rarely write the same text. In a core, {b} is the brand as this author writes it, {t} the
topic, {n} a small number, {p} a place. About a third of the complaints hold no word that a sentiment lexicon knows, as
with real ones. None holds a high-risk term (injury, recall, lawsuit …): one such mention would rightly raise a signal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "es", "vi"]
Mood = Literal["chatter", "praise", "complaint", "question", "outrage", "reaction", "campaign", "rant"]


@dataclass(frozen=True, slots=True)
class SimulatedTopic:
    """A topic and the words for it; the first of `en` is its name. All words are keywords of the watchlist."""

    id: str
    en: tuple[str, ...]
    es: tuple[str, ...]
    vi: tuple[str, ...]

    @property
    def keywords(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.en, *self.es, *self.vi)))

    def words(self, language: Language) -> tuple[str, ...]:
        return {"en": self.en, "es": self.es, "vi": self.vi}[language]


@dataclass(frozen=True, slots=True)
class SimulatedBrand:
    """A brand.

    Attributes:
        weight: its volume, 1 being the mean of all brands.
        hours_east: where most of its people live, in hours east of Greenwich: shifts its daily rhythm.
        languages: share of each language, summing to 1.
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


def _topic(id: str, en: str, es: str, vi: str) -> SimulatedTopic:
    return SimulatedTopic(id, *(tuple(words.split(", ")) for words in (en, es, vi)))


BRANDS: tuple[SimulatedBrand, ...] = (
    SimulatedBrand(
        "norvale", "Norvale", 1.3, -5, (("en", 0.84), ("es", 0.12), ("vi", 0.04)),
        (
            _topic("baggage", "baggage, suitcase, luggage", "equipaje, maleta", "hành lý, vali"),
            _topic("check-in", "check-in, boarding pass", "facturación, tarjeta de embarque", "thẻ lên máy bay"),
            _topic("delays", "flight, departure, connection", "vuelo, salida", "chuyến bay"),
            _topic("cabin-crew", "cabin crew, crew", "tripulación", "tiếp viên"),
        ),
        "#NorvaleMiles weekend",
    ),
    SimulatedBrand(
        "ozelka", "Ozelka", 1.1, 1, (("en", 0.80), ("es", 0.15), ("vi", 0.05)),
        (
            _topic("battery", "battery, charger", "batería, cargador", "pin, sạc"),
            _topic("update", "update, new version", "actualización", "bản cập nhật"),
            _topic("screen", "screen, display", "pantalla", "màn hình"),
            _topic("helpline", "helpline, hotline", "línea de ayuda", "tổng đài"),
        ),
        "#OzelkaLights photo week",
    ),
    SimulatedBrand(
        "quillbrook", "Quillbrook", 0.8, 0, (("en", 0.88), ("es", 0.10), ("vi", 0.02)),
        (
            _topic("app", "banking app, login", "inicio de sesión", "ứng dụng ngân hàng"),
            _topic("fees", "fees, charges", "comisiones", "phí dịch vụ"),
            _topic("cards", "debit card, card payment", "tarjeta de débito", "thẻ ghi nợ"),
            _topic("branches", "branch, cash machine", "sucursal, cajero", "chi nhánh"),
        ),
        "#QuillbrookSaves challenge",
    ),
    SimulatedBrand(
        "brenfold", "Brenfold", 0.7, 7, (("en", 0.62), ("es", 0.08), ("vi", 0.30)),
        (
            _topic("recipe", "recipe, ingredients", "receta, ingredientes", "công thức, thành phần"),
            _topic("packaging", "packaging, wrapper", "envase, envoltorio", "bao bì"),
            _topic("price", "price, prices", "precio, precios", "giá bán"),
            _topic("delivery", "delivery, courier", "entrega, reparto", "giao hàng"),
        ),
        "#BrenfoldBites tasting",
    ),
    SimulatedBrand(
        "velmundo", "Velmundo", 1.1, -3, (("en", 0.66), ("es", 0.30), ("vi", 0.04)),
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

OPENERS: dict[Language, tuple[str, ...]] = {
    "en": (
        "",
        "",
        "",
        "",
        "So ",
        "Well, ",
        "Today: ",
        "Hey ",
        "ok ",
        "Update: ",
        "Just now: ",
        "Honestly, ",
        "FYI ",
        "Hmm, ",
    ),
    "es": ("", "", "", "Pues ", "Hoy: ", "Oye, ", "Bueno, ", "A ver, "),
    "vi": ("", "", "", "Hôm nay ", "Mọi người ơi ", "Cả nhà ơi ", "Thật ra "),
}
CLOSERS: dict[Language, tuple[str, ...]] = {
    "en": (
        "",
        "",
        "",
        "",
        ".",
        "!",
        "...",
        " in {p}",
        " again",
        " today",
        " this morning",
        " anyone else?",
        " #{i}",
        " since {n} pm",
        " for the {n}th time",
        " here in {p}.",
        " 👀",
        " lol",
    ),
    "es": ("", "", ".", "!", " en {p}", " hoy", " otra vez", " #{i}", " desde las {n}"),
    "vi": ("", "", ".", "!", " ở {p}", " hôm nay", " ạ", " #{i}", " từ {n} giờ"),
}

CORES: dict[Language, dict[Mood, tuple[str, ...]]] = {
    "en": {
        "chatter": (
            "waiting for my {b} {t}",
            "comparing {b} with two others, mostly the {t}",
            "{b} told me about the {t}",
            "my {t} from {b} arrives in {n} days",
            "read an article about {b} and their {t}",
            "{b} {t} review coming on my channel",
            "using {b} since {n} years, {t} and all",
            "talked with {b} about the {t}",
            "first time with {b}, let's see the {t}",
            "{b} changed something about the {t}",
            "my sister works with the {t} team at {b}",
            "anyone here with {b}? looking at the {t}",
            "{b} sent me a mail on the {t}",
            "switched to {b} {n} weeks ago for the {t}",
            "saw the {b} shop in {p}, asked about the {t}",
            "notes on the {b} {t}, part {n}",
        ),
        "question": (
            "{b} how do I change my {t}?",
            "does {b} have the {t} in {p}?",
            "{b} which {t} do you recommend?",
            "what are the hours for {b} {t}?",
            "{b} where do I find my {t} number?",
            "can someone explain the {b} {t} to me?",
        ),
        "praise": (
            "really happy with my {b} {t}",
            "thanks {b}, the {t} was sorted in {n} minutes",
            "love the new {t} from {b}",
            "{b} {t} works great",
            "great service from {b} on my {t}",
            "the {t} at {b} is the best I had",
            "{b} impressed me with the {t}, good job",
            "nice people at {b}, my {t} is perfect",
            "smooth and friendly: {b} {t}",
            "well done {b}, excellent {t}",
            "kudos to {b} for the {t}, so easy",
            "the {b} {t} made my day :)",
        ),
        "complaint": (
            "{b} my {t} is still missing",
            "bad {t} with {b}, {n} days now",
            "not happy with the {b} {t}",
            "{n} hours on hold with {b} about my {t}",
            "{b} still no reply about my {t}",
            "the {t} from {b} is broken",
            "{b} charged me twice for the {t}",
            "disappointed by {b}, the {t} was late",
            "worst {t} ever, {b}",
            "{b} where is my {t}? second week",
            "annoying: {b} {t} fails in {p}",
            "poor {t} at {b}, I want a refund",
            "{b} cancelled my {t} without a word",
            "terrible experience with the {b} {t}",
        ),
        "outrage": (
            "{b} {t} has failed for {n} hours, this is unacceptable",
            "{b} your {t} is a disaster, nobody answers",
            "still stuck because of the {b} {t}, awful",
            "no {t}, no answer, {n} hours on hold. {b} is a joke",
            "{b} {t} down in {p} as well, terrible",
            "so angry at {b}, the {t} problem gets worse",
            "{b} lied about the {t}, shame",
            "{b} what is going on with the {t}???",
            "horrible {t} chaos with {b} in {p}",
            "{n} hours and {b} says nothing about the {t}. never again",
            "the {b} {t} failure ruined my day",
            "hundreds of us in {p} without {t}. {b} does not care",
            "worst night with {b}, {t} broken and no help",
            "{b} fix your {t}, we are furious",
            "pathetic response from {b} on the {t} mess",
            "{b} {t}: useless, I want my money back",
        ),
        "reaction": (
            "{b} did you really just post that about the {t}? disgusting",
            "delete this {b}, shameful",
            "{b} this is so offensive",
            "wow {b}, making jokes about the {t} while people suffer. awful",
            "{b} tone deaf and insulting, sort out the {t} first",
            "who approved this at {b}? terrible",
            "unbelievable. {b} mocks its own customers over the {t}",
            "{b} embarrassing, apologize",
            "leaving {b} after this post, disrespectful",
            "{b} read the room. horrible",
            "that {b} post about the {t} is a disgrace",
            "{b} you should be ashamed of that {t} joke",
            "cringe {b}, really bad taste",
            "{b} not funny. my {t} is still a mess and you laugh at us",
        ),
        "campaign": (
            "joined the {c} with {b}, fun!",
            "{b} {c} is on, I'm in",
            "my entry for the {c} by {b}",
            "{c}! thanks {b}, lovely idea",
            "love the {c} from {b}",
            "just got {n} tickets at the {c}, thank you {b}",
            "{b} {c} in {p} looks great",
            "who else is at the {c}? {b} did well",
            "sharing my picture for the {c} of {b}",
            "best thing {b} ever did: {c}",
            "{c} day {n} with {b}",
            "won a prize at the {c}, {b} you are awesome",
        ),
        "rant": (
            "{b} I hate your {t}",
            "{b} ANSWER ME about the {t}",
            "{b} worst company ever, {t} is garbage",
            "{b} liars and idiots, give me my {t}",
            "day {n} of telling everyone how awful the {b} {t} is",
            "{b} pathetic {t}, pathetic people",
            "{b} I will not stop, your {t} is horrible",
            "{b} you are a disgrace. {t}!!!",
        ),
    },
    "es": {
        "chatter": (
            "esperando mi {t} de {b}",
            "{b} me habló de {t}",
            "comparando {b} con otras, sobre todo {t}",
            "leí un artículo sobre {b} y {t}",
            "cambié a {b} hace {n} semanas por {t}",
            "primera vez con {b}, a ver {t}",
        ),
        "question": ("{b} ¿cómo cambio mi {t}?", "¿{b} tiene {t} en {p}?", "{b} ¿dónde veo mi {t}?"),
        "praise": (
            "muy contento con {t} de {b}",
            "gracias {b}, {t} resuelto en {n} minutos",
            "me encanta {t} de {b}",
            "excelente servicio de {b} con {t}",
            "{b} {t} funciona genial",
        ),
        "complaint": (
            "{b} mi {t} no llega",
            "{n} horas esperando a {b} por {t}",
            "{b} sin respuesta sobre {t}",
            "muy mala {t} de {b}",
            "decepcionado con {b} y {t}",
            "{b} me cobró dos veces por {t}",
        ),
        "outrage": (
            "{b} {n} horas sin {t}, inaceptable",
            "{b} qué desastre con {t}",
            "nadie contesta en {b} por {t}, vergüenza",
            "{b} {t} caída también en {p}",
            "harto de {b} y su {t}",
            "pésimo {b}, {t} no funciona y nadie ayuda",
        ),
        "reaction": (
            "{b} qué vergüenza de mensaje sobre {t}",
            "{b} borrad esto, da asco",
            "{b} una falta de respeto, pedid perdón",
            "increíble {b}, se ríen de sus clientes con {t}",
        ),
        "campaign": (
            "me apunto a {c} con {b}",
            "{b} {c}, qué buena idea",
            "gracias {b} por {c}",
            "mi foto para {c} de {b}",
        ),
        "rant": ("{b} odio vuestra {t}", "{b} CONTESTAD sobre {t}", "{b} sois lo peor, {t} da asco"),
    },
    "vi": {
        "chatter": (
            "đang chờ {t} của {b}",
            "mới chuyển sang {b} được {n} tuần vì {t}",
            "đọc bài về {b} và {t}",
            "lần đầu dùng {b}, để xem {t} thế nào",
            "{b} vừa đổi {t}",
        ),
        "question": ("{b} cho hỏi {t} đổi ở đâu?", "{b} có {t} ở {p} không?", "ai biết {t} của {b} không?"),
        "praise": (
            "rất hài lòng với {t} của {b}",
            "cảm ơn {b}, {t} xong trong {n} phút",
            "{t} của {b} tuyệt vời",
            "{b} {t} rất tốt",
        ),
        "complaint": (
            "{b} {t} của tôi vẫn chưa có",
            "chờ {b} {n} tiếng vì {t}",
            "{b} không trả lời về {t}",
            "thất vọng với {t} của {b}",
            "{t} của {b} bị hỏng rồi",
        ),
        "outrage": (
            "{b} {n} tiếng rồi không có {t}, không thể chấp nhận",
            "{b} {t} quá tệ, không ai trả lời",
            "bực mình với {t} của {b}",
            "{t} của {b} hỏng cả ở {p}",
            "tẩy chay {b}, {t} thảm họa",
        ),
        "reaction": (
            "{b} đăng bài về {t} thế này thật đáng xấu hổ",
            "{b} xóa bài đi, quá phản cảm",
            "{b} coi thường khách hàng, xin lỗi đi",
        ),
        "campaign": ("tham gia {c} cùng {b} nè", "{b} {c} vui quá", "cảm ơn {b} vì {c}"),
        "rant": ("{b} {t} như rác", "{b} TRẢ LỜI đi, {t} quá tệ"),
    },
}

#: What the brand itself posts when it starts a faux pas, a campaign.
BRAND_POSTS: dict[str, tuple[str, ...]] = {
    "faux-pas": (
        "Lost your patience with the {t}? We lost count too 😂 #MondayMood {h}",
        "Some people complain about the {t}. We call that cardio 😜 {h}",
        "If the {t} were easy, everyone would do it, right? lol {h}",
    ),
    "campaign": ("Our {c} starts now. Join us in {p} and everywhere! {h}", "It is time for the {c} 🎉 {h}"),
}

#: What outlets write: on any day, about a storm or a faux pas once it is news, about a campaign.
HEADLINES: dict[str, tuple[str, ...]] = {
    "calm": (
        "{b} extends its {t} to {p}",
        "{b} reports steady demand for {t}",
        "Interview: the people behind the {t} of {b}",
        "{b} opens a new office in {p}",
    ),
    "storm": (
        "Customers of {b} angry as {t} problems worsen",
        "{b} silent on {t} failure, complaints grow",
        "Hundreds hit by {b} {t} chaos in {p}",
    ),
    "faux-pas": ("{b} criticized for offensive post about {t}", "Outrage over tasteless {b} joke"),
    "campaign": ("{b} draws crowds with {c} in {p}", "{b} {c} a success"),
}

HASHTAGS = ("fyi", "help", "news", "life", "service", "tips")
