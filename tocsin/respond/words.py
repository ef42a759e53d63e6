"""What the pages say, in the languages of the people who read them. Every language has every text (tested)."""

from __future__ import annotations

from typing import Final, Literal, get_args

from schemas.crisis import Status
from tocsin.response.replies.policy import Language

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

Key = Literal[
    "ask.title",
    "ask.does",
    "ask.stops",
    "ask.resumes",
    "ask.nothing_public",
    "ask.not_you",
    "ask.good_until",
    "ask.taken",
    "ask.closed",
    "ask.unknown",
    "done.title",
    "done.next",
    "refused.title",
    "refused.again",
    "pending.title",
    "pending.meaning",
    "pending.button",
    "unsent.title",
    "unsent.meaning",
    "unsent.button",
    "expired.title",
    "expired.when",
    "expired.then",
    "forged.title",
    "forged.then",
    "malformed.title",
    "malformed.then",
    "busy.title",
    "busy.then",
    "missing.title",
    "missing.then",
    "broken.title",
    "broken.then",
    "nothing_happened",
    "whole_brand",
    "status",
]

TEXTS: Final[dict[Language, dict[Key, str]]] = {
    "en": {
        "ask.title": "Will you take this crisis?",
        "ask.does": "It is then acknowledged in your name, {person}.",
        "ask.stops": "Nobody else is paged while you are at it.",
        "ask.resumes": "If nothing is done about it for a while, the others are paged again.",
        "ask.nothing_public": "Nothing is published, and nobody outside is told.",
        "ask.not_you": "This link is for {person}. If that is not you, do not press: use the link in your own message.",
        "ask.good_until": "Good until {until}.",
        "ask.taken": "{person} has acknowledged it already, at {at}.",
        "ask.closed": "It is closed already: there may be nothing left to take.",
        "ask.unknown": "Its numbers are not at hand here; the message has them.",
        "done.title": "You have it, {person}.",
        "done.next": "Your message names the first step. Note what you do, so that the others are not paged again.",
        "refused.title": "That was not possible.",
        "refused.again": "A link works once. To act again, use the newest message.",
        "pending.title": "It is on its way.",
        "pending.meaning": "Your acknowledgement is stored and will be applied; nobody has confirmed it yet. "
        "If you are paged again, call the next person.",
        "pending.button": "Look again",
        "unsent.title": "It could not be stored.",
        "unsent.meaning": "You have probably not acknowledged anything. Trying again is safe: it acts once. "
        "If it fails again, call the next person.",
        "unsent.button": "Try again",
        "expired.title": "This link has expired.",
        "expired.when": "It was good until {until}.",
        "expired.then": "Use the link in the newest message about this crisis.",
        "forged.title": "This link is not valid.",
        "forged.then": "It was changed, or comes from another place. Use the link in your message as it came.",
        "malformed.title": "This link is not whole.",
        "malformed.then": "A part of it is missing. Open it from your message, or copy it to its very end.",
        "busy.title": "Too many requests.",
        "busy.then": "Wait {seconds} seconds, then try again.",
        "missing.title": "There is nothing here.",
        "missing.then": "Open the link in your message.",
        "broken.title": "Something went wrong here.",
        "broken.then": "Try again; if it stays so, call the next person.",
        "nothing_happened": "Nothing has happened.",
        "whole_brand": "the whole brand",
        "status": "status",
    },
    "es": {
        "ask.title": "¿Se hace cargo de esta crisis?",
        "ask.does": "Quedará atendida a su nombre: {person}.",
        "ask.stops": "No se avisará a nadie más mientras usted se ocupa.",
        "ask.resumes": "Si durante un tiempo no se hace nada, se volverá a avisar a los demás.",
        "ask.nothing_public": "No se publica nada ni se informa a nadie de fuera.",
        "ask.not_you": "Este enlace es para {person}. Si no es usted, no pulse: use el enlace de su propio mensaje.",
        "ask.good_until": "Válido hasta: {until}.",
        "ask.taken": "{person} ya se ha hecho cargo ({at}).",
        "ask.closed": "Ya está cerrada: quizá no quede nada por hacer.",
        "ask.unknown": "Aquí no están sus cifras; las tiene en el mensaje.",
        "done.title": "Queda a su cargo, {person}.",
        "done.next": "Su mensaje indica el primer paso. Anote lo que haga, para que no se vuelva a avisar a los demás.",
        "refused.title": "No ha sido posible.",
        "refused.again": "Cada enlace sirve una sola vez. Para volver a actuar, use el mensaje más reciente.",
        "pending.title": "Está en camino.",
        "pending.meaning": "Su respuesta está guardada y se aplicará; todavía nadie la ha confirmado. "
        "Si recibe otro aviso, llame a la siguiente persona.",
        "pending.button": "Mirar de nuevo",
        "unsent.title": "No se ha podido guardar.",
        "unsent.meaning": "Lo más probable es que la crisis siga sin atender. Puede repetir sin riesgo: cuenta una "
        "sola vez. Si vuelve a fallar, llame a la siguiente persona.",
        "unsent.button": "Intentar de nuevo",
        "expired.title": "Este enlace ha caducado.",
        "expired.when": "Era válido hasta: {until}.",
        "expired.then": "Use el enlace del mensaje más reciente sobre esta crisis.",
        "forged.title": "Este enlace no es válido.",
        "forged.then": "Ha sido modificado o viene de otro lugar. Use el enlace de su mensaje tal como llegó.",
        "malformed.title": "Este enlace está incompleto.",
        "malformed.then": "Le falta una parte. Ábralo desde su mensaje o cópielo hasta el final.",
        "busy.title": "Demasiadas peticiones.",
        "busy.then": "Espere {seconds} segundos e inténtelo de nuevo.",
        "missing.title": "Aquí no hay nada.",
        "missing.then": "Abra el enlace de su mensaje.",
        "broken.title": "Algo ha fallado aquí.",
        "broken.then": "Inténtelo de nuevo; si sigue igual, llame a la siguiente persona.",
        "nothing_happened": "No ha cambiado nada.",
        "whole_brand": "toda la marca",
        "status": "situación",
    },
    "vi": {
        "ask.title": "Bạn nhận xử lý khủng hoảng này?",
        "ask.does": "Hệ thống sẽ ghi nhận người xử lý là bạn, {person}.",
        "ask.stops": "Trong lúc bạn xử lý, không ai khác bị gọi nữa.",
        "ask.resumes": "Nếu một thời gian không có tiến triển, những người khác sẽ được gọi lại.",
        "ask.nothing_public": "Không có gì được công bố, không ai bên ngoài được báo.",
        "ask.not_you": "Liên kết này dành cho {person}. Nếu không phải bạn, đừng bấm: hãy dùng liên kết trong tin nhắn "
        "của chính bạn.",
        "ask.good_until": "Có hiệu lực đến: {until}.",
        "ask.taken": "{person} đã nhận xử lý ({at}).",
        "ask.closed": "Khủng hoảng đã đóng: có thể không còn việc gì để nhận.",
        "ask.unknown": "Ở đây chưa có số liệu; xin xem trong tin nhắn.",
        "done.title": "Bạn đã nhận xử lý, {person}.",
        "done.next": "Tin nhắn của bạn nêu bước đầu tiên. Hãy ghi lại việc bạn làm để những người khác không bị "
        "gọi lại.",
        "refused.title": "Không thực hiện được.",
        "refused.again": "Mỗi liên kết chỉ dùng được một lần. Để thao tác lại, hãy dùng tin nhắn mới nhất.",
        "pending.title": "Đang được chuyển đi.",
        "pending.meaning": "Xác nhận của bạn đã được lưu và sẽ được áp dụng; hiện chưa có phản hồi. "
        "Nếu bạn lại bị gọi, hãy gọi cho người tiếp theo.",
        "pending.button": "Xem lại",
        "unsent.title": "Chưa lưu được.",
        "unsent.meaning": "Có lẽ chưa có gì được xác nhận. Bạn có thể thử lại: thao tác chỉ được tính một lần. "
        "Nếu vẫn không được, hãy gọi cho người tiếp theo.",
        "unsent.button": "Thử lại",
        "expired.title": "Liên kết này đã hết hạn.",
        "expired.when": "Liên kết có hiệu lực đến: {until}.",
        "expired.then": "Hãy dùng liên kết trong tin nhắn mới nhất về khủng hoảng này.",
        "forged.title": "Liên kết này không hợp lệ.",
        "forged.then": "Liên kết đã bị sửa hoặc đến từ nơi khác. Hãy dùng đúng liên kết trong tin nhắn của bạn.",
        "malformed.title": "Liên kết này không đầy đủ.",
        "malformed.then": "Liên kết bị thiếu một phần. Hãy mở từ tin nhắn, hoặc sao chép đến hết.",
        "busy.title": "Quá nhiều yêu cầu.",
        "busy.then": "Hãy đợi {seconds} giây rồi thử lại.",
        "missing.title": "Ở đây không có gì.",
        "missing.then": "Hãy mở liên kết trong tin nhắn của bạn.",
        "broken.title": "Đã có lỗi ở đây.",
        "broken.then": "Hãy thử lại; nếu vẫn lỗi, hãy gọi cho người tiếp theo.",
        "nothing_happened": "Chưa có gì thay đổi.",
        "whole_brand": "toàn thương hiệu",
        "status": "tình trạng",
    },
}

STATUS_WORDS: Final[dict[Language, dict[Status, str]]] = {
    "en": {
        "open": "open",
        "acknowledged": "acknowledged",
        "contained": "contained",
        "resolved": "resolved",
        "reviewed": "reviewed",
        "dismissed": "dismissed",
    },
    "es": {
        "open": "abierta",
        "acknowledged": "atendida",
        "contained": "contenida",
        "resolved": "resuelta",
        "reviewed": "revisada",
        "dismissed": "descartada",
    },
    "vi": {
        "open": "đang mở",
        "acknowledged": "đã có người nhận",
        "contained": "đã khống chế",
        "resolved": "đã giải quyết",
        "reviewed": "đã tổng kết",
        "dismissed": "đã bỏ qua",
    },
}


def find_language(accepted: str) -> Language:
    """The language that an `Accept-Language` header likes best of those we have; English when it names none.

    >>> find_language("fr, es-MX;q=0.8, en;q=0.9")
    'en'
    """
    best: tuple[float, Language] | None = None
    for part in accepted[:1_000].split(","):
        name, _, weight = part.partition(";")
        base = name.strip().lower().partition("-")[0]
        quality = _quality(weight)
        for language in LANGUAGES:
            if language == base and quality > 0 and (best is None or quality > best[0]):
                best = (quality, language)
    return best[1] if best else "en"


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
