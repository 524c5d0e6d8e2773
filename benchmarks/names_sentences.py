"""Names in sentences of feedback: real clauses in which a person takes the place of 他, 我 or 客服, and forms, lists,
dialogues and signatures made by a grammar. Where a thing was meant a word takes its place: nothing to be found."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.names_data import Sample, Span

_LISTS = {
    name: text.replace("\n", "").split("|")
    for name, text in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
}
_REACH = 55  # characters kept on either side
_SOMEBODY = re.compile(
    r"(?P<who>(?<![其吉])[他她](?![们妈])|人家|对方|(?<=[给让被跟和对找叫请问由替帮向把])[我你您](?![们的])|"
    rf"(?:^|(?<=[，。！？,!? ]))我(?![们])|{'|'.join(_LISTS['roles'])})"
)
_SOMETHING = re.compile(f"(?P<what>{'|'.join(_LISTS['things'])})")
_ENDS = ("{}", "{}。", "{}，", "{} ", "—{}", "——{}", "\n{}", "({})", "（{}）", "{}\n", "@{} ", "“{}”", "[{}]", "/{}",
         "{}！", "{}？", "{}：", "{}:")  # fmt: skip
_DAYS = ("", "", "2023年5月6日", " 6月2日", "，2019.3.1", " 8.15", "\n2020-11-12")


class Sentences:
    """Draws sentences; who gives names of persons, what gives words that are none."""

    def __init__(
        self, hosts: Sequence[str], who: Callable[[], str], what: Callable[[], str], rng: random.Random
    ) -> None:
        self.who, self.what, self.rng = who, what, rng
        self.persons = [text for text in hosts if _SOMEBODY.search(text)]
        self.things = [text for text in hosts if _SOMETHING.search(text)]
        self.hosts = hosts

    def about_people(self, count: int) -> list[Sample]:
        """Sentences with names where persons stand, half of them real clauses."""
        makers = (self._in_place,) * 5 + (self._form, self._listed, self._spoken, self._signed, self._led)
        return [self.rng.choice(makers)() for _ in range(count)]

    def about_things(self, count: int) -> list[Sample]:
        """The same with words where things stand, and forms nobody's name is in."""
        return [
            self._form(_LISTS["nobody"]) if self.rng.random() < 0.1 else self._thing() for _ in range(count)
        ]

    def _some(self, name: str) -> str:
        return self.rng.choice(_LISTS[name])

    def _in_place(self) -> Sample:
        text = self.rng.choice(self.persons)
        found = self.rng.choice(list(_SOMEBODY.finditer(text)))
        return self._window(text[: found.start()], self._said_of(found["who"]), text[found.end() :])

    def _said_of(self, who: str) -> str:
        """A frame for the person who stood there."""
        r, rng = self.rng.random(), self.rng
        if len(who) == 1:
            return "{}" if r < 0.8 else rng.choice(("{}和{}", "{}、{}", self._some("relative") + "{}"))
        if r < 0.35:
            return "{}"
        if r < 0.7:
            return who + "{}"
        if r < 0.8:
            return "{}" + (who if len(who) == 2 else self._some("titles"))
        called = (who + "叫{}", who + "（{}）", who + "：{}", "{}（" + who + "）")
        return rng.choice((*called, self._some("relative") + "{}"))

    def _thing(self) -> Sample:
        text = self.rng.choice(self.things)
        found = self.rng.choice(list(_SOMETHING.finditer(text)))
        before, after = text[: found.start()], text[found.end() :]
        return before[-_REACH:] + self.what() + after[:_REACH], []

    def _window(self, before: str, frame: str, after: str) -> Sample:
        before = before[-_REACH:]
        text, spans = self._filled(frame)
        return before + text + after[:_REACH], [(k, a + len(before), b + len(before)) for k, a, b in spans]

    def _filled(self, frame: str) -> Sample:
        text, spans = "", list[Span]()
        for at, piece in enumerate(frame.split("{}")):
            if at:
                name = self.who()
                spans.append((0, len(text), len(text) + len(name)))
                text += name
            text += piece
        return text, spans

    def _clause(self) -> str:
        text = self.rng.choice(self.hosts)
        return self.rng.choice(re.split("[，。！？,!? ]", text))[:30]

    def _ended(self) -> str:
        said = self._clause()
        return said + self.rng.choice("，。 ！；\n") if said and self.rng.random() < 0.8 else said

    def _form(self, nobody: Sequence[str] = ()) -> Sample:
        """One or two fields of a form, some numbers, something said."""
        rng, fields = self.rng, []
        for label in rng.sample(_LISTS["labels"], rng.choice((1, 1, 1, 2))):
            value = rng.choice(nobody) if nobody else "{}"
            fields.append(label + rng.choice(("：", "：", ":", "", " ", "是", "为", "叫")) + value)
        fields += [self._number() for _ in range(rng.choice((0, 0, 1, 2)))]
        rng.shuffle(fields)
        text = rng.choice(("，", " ", "；", "\n", "。", ",")).join(fields)
        said = self._clause()
        shapes = (text, f"{text}，{said}", f"{said}，{text}", f"{text}{said}", f"{said}。{text}。")
        return self._filled(rng.choice(shapes))

    def _number(self) -> str:
        rng = self.rng
        label = rng.choice(("电话", "手机", "联系电话", "手机号", "tel", "")) + rng.choice(
            ("：", ":", "", " ")
        )
        mobile = f"{label}1{rng.randrange(3, 10)}{rng.randrange(10**9):09}"
        others = (f"订单号{rng.randrange(10**11)}", rng.choice("男女"), f"{rng.randrange(20, 80)}岁",
                  f"工号{rng.randrange(9999)}", f"身份证{rng.randrange(10**17)}X")  # fmt: skip
        return rng.choice((mobile, *others))

    def _listed(self) -> Sample:
        names = self._some("together").join(["{}"] * self.rng.choice((2, 2, 3, 4)))
        after = self._some("after") if self.rng.random() < 0.9 else ""
        return self._window(self._ended(), names + after, self._clause())

    def _spoken(self) -> Sample:
        if self.rng.random() < 0.4:
            return self._window(self.rng.choice(("", self._ended())), self._some("calls"), self._clause())
        return self._window(self.rng.choice(("", "", self._ended())), self._some("speakers"), self._clause())

    def _signed(self) -> Sample:
        said = self.rng.choice(("", self._ended(), self._ended()))
        return self._window(said, self.rng.choice(_ENDS) + self.rng.choice(_DAYS), "")

    def _led(self) -> Sample:
        before = self.rng.choice(("", self._ended(), self.rng.choice("我您你")))
        lead = self._some(self.rng.choice(("leads", "leads", "relative", "roles")))
        after = self.rng.choice(("", "了", "的", self._some("titles"), self.rng.choice("，。！")))
        return self._window(before + lead, "{}" + after, self._clause())
