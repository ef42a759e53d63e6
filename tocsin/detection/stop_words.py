"""Words that say nothing by themselves, of the languages whose terms are shown: left out before terms are counted.

Short lists: a common word that is missing here is common in the baseline too, and log-odds leave it out.
"""

from __future__ import annotations

from typing import Final

_WORDS: Final = {
    "en": "the and to of is it you that was for my your with this have on are at be not but they we from i'm it's "
    "don't can't just all so what when how who will been has had were would could their there our his her she "
    "he if or by about out up get got now why again still after never very more than then them these those its "
    "also only into over been being did does doing done can may might must shall should because while where "
    "which whom whose am an as do me us him i'd i'll i've you're you've we're we've they're isn't wasn't "
    "aren't won't didn't doesn't couldn't wouldn't haven't hasn't let's that's there's here too any some such "
    "own same both each few other off down once yes yeah hey hello please thanks thank via amp rt lol one two "
    "even ever much many really going gonna",
    "es": "el la de en los las una uno unos unas del por para con pero muy mas más esta está este esto estos estas y "
    "lo su sus mi mis tu tus cuando como cómo donde porque qué que ya son fue hay tiene tengo estoy gracias "
    "siempre nada hoy yo es se le les nos sin han ni al me te si sí no un o a ha he era ser eso esa ese esos "
    "esas aqui aquí ahora también tambien solo sólo todo toda todos todas otra otro muy hasta desde entre "
    "sobre tan hace hacen puede pueden quien cual bien así asi hola favor van voy ver vez ellos ellas nosotros "
    "ustedes usted están sea son fueron",
    "vi": "không là và của có được cho này với những các một thì đã rất cũng khi như mà tôi bạn đang quá lại sẽ "
    "nhưng gì khong la va cua duoc nay voi nhung cac mot thi da rat cung nhu toi ban dang qua lai se gi ở từ "
    "đến ra vào lên về để đi thôi nữa rồi chưa vẫn còn nào sao ai đó kia ấy nhé nha ạ ơi à vậy thế bị do vì "
    "nên hay hoặc mình em anh chị nó họ chúng ta hết chỉ đều theo trên dưới trong ngoài sau trước mỗi mọi cả "
    "luôn lắm cái con roi chua van con nao sao vay the bi vi nen hay hoac minh em anh chi no ho ta het deu "
    "theo tren duoi trong sau truoc lam luon ko k dc đc vs ad shop",
}

#: Language → its stop words; `und` holds those of all.
STOP_WORDS: Final[dict[str, frozenset[str]]] = {
    **{language: frozenset(words.split()) for language, words in _WORDS.items()},
    "und": frozenset(word for words in _WORDS.values() for word in words.split()),
}
