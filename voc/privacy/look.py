"""One cheap look at every character of a batch: which rules can find anything in which text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voc.kernels.compiled import compiled

# Signs a text can have; a rule names the one it needs.
NUMBER, MAIL, CONTACT, PLATE, DOOR, CUE, TITLE, LONG, WORD = (1 << place for place in range(9))
EVERYTHING = (1 << 9) - 1

_DIGIT, _LETTER, _NUMERAL, _PROVINCE, _ROAD, _UNIT, _AT, _JOINT = (1 << place for place in range(8))
_FIRST, _SECOND, _HEAD, _TAIL, _FIGURE = (1 << place for place in range(8, 13))
_SPELT = 3  # Latin letters in a row that can be a name
_FEW = 5  # letters and digits in a row that can be an account
_MANY = 7  # digits near each other that can be a number
_NEAR = 4  # characters from one digit to the next
_FIGURES = 9  # figures, none of them a numeral, that can be a number of a card, a mobile, an order
_APART = 6  # characters from one of these to the next
_AWAY = 18  # characters from a road to its door


def _signs() -> NDArray[np.uint16]:
    table = np.zeros(65536, dtype=np.uint16)
    for group, sign in (
        ("0123456789０１２３４５６７８９", _DIGIT),
        ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", _LETTER),
        ("零〇○一二三四五六七八九十百幺壹贰叁肆伍陆柒捌玖", _NUMERAL),
        ("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼", _PROVINCE),
        ("路街道巷弄同村镇乡区园苑寓厦场庭城庄店馆宿", _ROAD),
        ("号弄栋幢座单楼层室房户组", _UNIT),
        ("@＠特圈#", _AT),
        ("_-. ", _JOINT),
        ("我姓系络件货名户字本收请诉办卡", _FIRST),
        ("叫名人是字", _SECOND),
        ("先女小太老医大护警律", _HEAD),
        ("生士姐太师夫官", _TAIL),
    ):
        for character in group:
            table[ord(character)] |= sign
    # What \d finds, and what lies beyond the table, where there are more digits.
    table[[code for code in range(65536) if chr(code).isdecimal()] + [65535]] |= _FIGURE
    return table


SIGNS = _signs()


def look(
    codes: NDArray[np.int32], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Signs of each text of a joined batch (code points up to 65535), shape (texts,)."""
    found = np.zeros(len(starts), dtype=np.int64)
    _look(codes, starts, lengths, SIGNS, found)
    return found


@compiled
def _stands_for_at(codes: NDArray[np.int32], i: int) -> bool:
    """Whether the sign at i is an @ and not 特 or 圈 in an everyday word."""
    if codes[i] == ord("特"):
        return bool(codes[i - 1] == ord("艾"))
    return bool(codes[i] != ord("圈") or (codes[i + 1] | 32) == ord("a"))


@compiled
def _spelt_at(codes: NDArray[np.int32], i: int, signs: NDArray[np.uint16]) -> bool:
    """Whether the word "at" ends at i."""
    word = (codes[i] | 32) == ord("t") and (codes[i - 1] | 32) == ord("a")
    return bool(word and not (signs[codes[i - 2]] | signs[codes[i + 1]]) & _LETTER)


@compiled
def _look(
    codes: NDArray[np.int32],
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    signs: NDArray[np.uint16],
    found: NDArray[np.int64],
) -> None:
    for row in range(len(starts)):
        many, last, run, road, flags, before = 0, -99, 0, -99, 0, np.uint16(0)
        figures, latest, spelt = 0, -99, 0
        for i in range(lengths[row]):
            sign = signs[codes[starts[row] + i]]
            if sign == 0 and before == 0:
                continue
            if sign & (_DIGIT | _NUMERAL):
                many = many + 1 if i - last <= _NEAR else 1
                last = i
                if many >= _MANY:
                    flags |= NUMBER
            if sign & _FIGURE:
                figures = figures + 1 if i - latest <= _APART else 1
                latest = i
                if figures >= _FIGURES:
                    flags |= LONG
            spelt = spelt + 1 if sign & _LETTER else 0
            if spelt >= _SPELT:
                flags |= WORD
            if sign & (_DIGIT | _LETTER):
                run += 1
                if run >= _FEW:
                    flags |= CONTACT
                if run >= 10:
                    flags |= NUMBER
                if before & _PROVINCE:
                    flags |= PLATE
            elif not sign & _JOINT:
                run = 0
            if sign & _AT and _stands_for_at(codes, starts[row] + i):
                flags |= MAIL
            if sign & _LETTER and _spelt_at(codes, starts[row] + i, signs):
                flags |= MAIL
            if sign & _UNIT and i - road <= _AWAY and before & (_DIGIT | _NUMERAL | _LETTER | _JOINT):
                flags |= DOOR
            if sign & _ROAD:
                road = i
            if sign & _SECOND and before & _FIRST:
                flags |= CUE
            if sign & _TAIL and before & _HEAD:
                flags |= TITLE
            if not (sign & _JOINT and before & _PROVINCE):
                before = sign
        found[row] = flags if flags & NUMBER else flags & ~LONG
