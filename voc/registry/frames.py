"""What letters and notes hold beside their matter: salutation, who bought what, demands, attachments, signature.

Two letters of one house share all of it and tell of different things, so it makes nobody speak of the same event.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_EDGE = r"(?:^|(?<=[\n。！？!?；;，,]))"
_END = r"(?=[\n。！？!?；;，,]|$)"
_CLAUSE = r"[^\n。！？!?；;，,]"
_WE = "(?:贵公司|贵司|贵店|贵行|贵院|贵平台|贵商城|你司|你公司)"
_FRAMES = (
    rf"(?:尊敬的|亲爱的|致){_CLAUSE}{{0,16}}[:：]?",
    rf"{_CLAUSE}{{0,12}}(?:客服部|客服中心|各位好|负责人|领导)[:：]",
    rf"{_CLAUSE}{{0,16}}在{_WE}{_CLAUSE}{{0,3}}(?:购买|买|订购|订|办理|下单){_CLAUSE}{{0,20}}",
    rf"对{_WE}{_CLAUSE}{{0,4}}(?:不满|失望)",
    rf"(?:此致|敬礼|盼复|期待{_CLAUSE}{{0,2}}回复|静候{_CLAUSE}{{0,8}}|请书面{_CLAUSE}{{0,6}}|附件{_CLAUSE}{{0,14}})",
    rf"{_CLAUSE}{{0,4}}(?:联系电话|电话|手机|地址|订单|订单号|身份证|邮箱)\s?[:：]?\s?\[{_CLAUSE}{{0,16}}",
    rf"\[姓名\d+\]{_CLAUSE}{{0,3}}",
    rf"{_CLAUSE}{{0,14}}(?:一个|个)(?:说法|交代|答复)",
    rf"(?:请|叫|让){_CLAUSE}{{0,10}}(?:回电话|回个电话|重视)",
    rf"再不{_CLAUSE}{{0,4}}我就{_CLAUSE}{{0,10}}",
)
_FRAME = re.compile(rf"{_EDGE}\s*(?:{'|'.join(_FRAMES)})\s*{_END}")
_HINT = re.compile(r"贵|尊敬|致|客服|盼复|静候|附件|书面|\[|说法|交代|答复|回电话|回个电话|重视|再不")


def without_frames(texts: Sequence[str]) -> list[str]:
    """Leave out what is no matter of a letter; a text of nothing else stays as it is."""
    return [_left(text) if _HINT.search(text) else text for text in texts]


def _left(text: str) -> str:
    left = _FRAME.sub("", text)
    return left if any(letter.isalnum() for letter in left) else text
