"""Which language a text is in: a quick first guess from letters and the commonest words.

Knows English, Spanish, Vietnamese (with and without its accents), French, Portuguese and German, and says `und` rather
than guess between close ones: too few known words, a draw, or another script. What the producer says goes first.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import repeat
from typing import Final

#: ISO 639-1 codes that `find_language` can find by itself.
LANGUAGES: Final = ("en", "es", "vi", "fr", "pt", "de")
UNKNOWN: Final = "und"

#: Common words. Those that two languages share ("a", "no", "me") tell nothing and are left out, or given to both.
_STOP_WORDS: Final = {
    "en": "the and to of is it you that was for my your with this have on are at be not but they we from i'm it's "
    "don't can't just all so what when how who will been has had were would could their there our his her she "
    "he if or by about out up get got now why again still after never very more i",
    "es": "el la de en los las una del por para con pero muy mas más esta está este esto y lo su mi cuando como "
    "cómo donde porque qué ya son fue hay tiene tengo estoy gracias siempre nada hoy yo es que se le nos sin "
    "sus han ni",
    "vi": "không là và của có được cho này với những các một người thì đã rất cũng khi như mà tôi bạn đang nhiều "
    "quá lại sẽ hàng nhưng làm gì khong la va cua duoc nay voi nhung cac mot nguoi thi da rat cung nhu toi "
    "ban dang nhieu qua lai hang lam vay roi chua dung",
    "fr": "le la de en les des est et une dans pour pas vous nous je il elle sur avec ce cette qui mais plus ont "
    "sont très tres bien tout être etre mon ma mes votre vos c'est j'ai n'est aussi depuis toujours jamais "
    "rien chez au aux du que se",
    "pt": "os de do da dos das uma não nao em com para por mas muito você voce isso esse essa está são foi tem meu "
    "minha seu sua já mais também tambem quando onde porque ele ela vocês eu é à na nos pelo pela sem até "
    "ainda que se",
    "de": "der die das und ist nicht ich sie es ein eine einen mit auf für fuer von dem den wie auch aber noch nur "
    "wir ihr mein meine kein keine sehr schon wenn oder bei nach seit zum zur bin hat haben wird war mich mir "
    "uns immer",
}
#: Letters that give a language away; each counts as two stop words.
_LETTERS: Final = {
    "vi": "ăơưắằẳẵặấầẩẫậạảẹẻẽếềểễệịỉĩọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹđ",
    "es": "ñ¿¡",
    "pt": "ãõ",
    "de": "äöüß",
    "fr": "èêëîïœùû",
}
#: Fewer known words than this are chance, unless letters speak.
_ENOUGH: Final = 2
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]")
#: Stands for a letter of another script in what was found.
_OTHER_SCRIPT: Final = "x"
#: ISO 639-2: undetermined, no linguistic content, multiple, uncoded; and what X writes for a text of links alone.
_NO_LANGUAGE: Final = frozenset({"und", "zxx", "mul", "mis", "qme", "qst", "qht", "qam", "qct", "art"})
_HINT: Final = re.compile(r"([a-zA-Z]{2,3})(?:[-_][a-zA-Z0-9]{1,8})*")


def _read_stop_words() -> dict[str, str]:
    """Stop word → one character for each language that has it: its place in `LANGUAGES`."""
    places: dict[str, str] = {}
    for place, language in enumerate(LANGUAGES):
        for word in _STOP_WORDS[language].split():
            places[word] = places.get(word, "") + str(place)
    return places


class _PlacesOfLetters(dict[str, str]):
    """What a letter beyond ASCII tells; remembers the first 65,536 of them."""

    def __missing__(self, letter: str) -> str:
        places = "".join(2 * _PLACES[LANGUAGES.index(of)] for of, letters in _LETTERS.items() if letter in letters)
        if not places and letter.isalpha() and not unicodedata.name(letter, "").startswith("LATIN"):
            places = _OTHER_SCRIPT
        if len(self) < 65_536:
            self[letter] = places
        return places


_PLACES: Final = tuple(str(place) for place in range(len(LANGUAGES)))
_PLACES_OF_LETTERS: Final = _PlacesOfLetters()
_places_of_word = _read_stop_words().get


def find_language(text: str, hint: str | None = None) -> str:
    """The language of `text`.

    Args:
        hint: what the producer says, as ISO 639 or BCP 47 code ("en", "pt-BR"); believed if it is one.

    Returns:
        A code of two or three small letters; "und" when nothing speaks clearly for one of `LANGUAGES`.
    """
    if hint:
        code = _read_hint(hint)
        if code:
            return code
    lowered = text.lower()
    letters = ""
    if not lowered.isascii():
        lowered = unicodedata.normalize("NFC", lowered).replace("\u2019", "'")
        letters = "".join(map(_PLACES_OF_LETTERS.__getitem__, _BEYOND_ASCII.findall(lowered)))
        if letters.count(_OTHER_SCRIPT) * 3 > len(lowered):
            return UNKNOWN
    found = letters + "".join(map(_places_of_word, lowered.split(), repeat("")))
    if len(found) < _ENOUGH:
        return UNKNOWN
    counts = [found.count(place) for place in _PLACES]
    most = max(counts)
    if most < _ENOUGH or counts.count(most) > 1:
        return UNKNOWN
    return LANGUAGES[counts.index(most)]


@lru_cache(maxsize=1024)
def _read_hint(hint: str) -> str:
    """The language of a code; "" if it is none, or says that it does not know."""
    match = _HINT.fullmatch(hint.strip())
    code = match[1].lower() if match else ""
    return "" if code in _NO_LANGUAGE else code
