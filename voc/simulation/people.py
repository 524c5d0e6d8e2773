"""Invented customers and invented personal data; nobody here exists, e-mail uses reserved domains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from voc.simulation.company import REGIONS, TIER_SHARES, TIERS, Scenario
from voc.simulation.dice import Dice, generator

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程魏苏吕丁任沈姚卢"
)
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英文华建国志鹏宇欣怡梓轩晨曦雨婷浩然佳琪思远嘉慧玲春梅海燕晓东"
LATIN = (
    "wang",
    "li",
    "zhang",
    "liu",
    "chen",
    "yang",
    "huang",
    "zhao",
    "wu",
    "zhou",
    "xiaoyu",
    "afei",
    "dazhi",
)
DOMAINS = ("example.com", "example.net", "example.org", "mail.example.com")
MOBILE_PREFIXES = (
    "134",
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "152",
    "158",
    "159",
    "166",
    "176",
    "177",
    "180",
    "181",
    "186",
    "187",
    "188",
    "189",
    "191",
    "198",
    "199",
)
STREETS = (
    "晴雨路",
    "望江街",
    "同福里",
    "长桥路",
    "杏林巷",
    "青石街",
    "枫桥大道",
    "梧桐路",
    "新渡口街",
    "学府三路",
)
ESTATES = ("锦绣花园", "翠湖雅苑", "阳光新城", "枫林小区", "江畔名都", "紫薇家园", "东方苑", "和顺里")
CHINESE_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"


@dataclass(frozen=True)
class Customers:
    """The customer base in columns of equal length, and the customers of each region."""

    ids: Sequence[str]
    names: Sequence[str]
    tiers: Sequence[str]
    phones: Sequence[str]
    emails: Sequence[str]
    by_region: tuple[Sequence[int], ...]


@lru_cache(maxsize=8)
def customers(seed: int, count: int) -> Customers:
    """The customer base of a company; the same for all its weeks."""
    rng = generator(seed, 0xC057)
    dice = Dice(rng)
    regions = rng.choice(len(REGIONS), size=count, p=np.array([r.share for r in REGIONS]))
    tiers = rng.choice(len(TIERS), size=count, p=np.array(TIER_SHARES))
    return Customers(
        ids=[f"QC{number:06d}" for number in range(100001, 100001 + count)],
        names=[name(dice) for _ in range(count)],
        tiers=[TIERS[tier] for tier in tiers.tolist()],
        phones=[mobile(dice) for _ in range(count)],
        emails=[email(dice) for _ in range(count)],
        by_region=tuple(np.flatnonzero(regions == index).tolist() for index in range(len(REGIONS))),
    )


def customers_of(scenario: Scenario) -> Customers:
    """The customer base of a scenario."""
    return customers(scenario.seed, scenario.customers)


def name(dice: Dice) -> str:
    """A Chinese personal name of two or three characters."""
    second = dice.pick(GIVEN) if dice.chance(0.7) else ""
    return dice.pick(SURNAMES) + dice.pick(GIVEN) + second


def mobile(dice: Dice) -> str:
    """Eleven digits in a range that is in use."""
    return dice.pick(MOBILE_PREFIXES) + dice.digits(8)


def email(dice: Dice) -> str:
    """An address in a domain reserved for documentation, so a message to it reaches nobody."""
    return f"{dice.pick(LATIN)}{dice.digits(dice.number(2, 6))}@{dice.pick(DOMAINS)}"


def written_mobile(number: str, dice: Dice) -> str:
    """One of the ways people write a mobile number, to make masking earn its keep."""
    a, b, c = number[:3], number[3:7], number[7:]
    return dice.pick(
        (
            number,
            number,
            f"{a} {b} {c}",
            f"{a}-{b}-{c}",
            number.translate(FULL_WIDTH),
            number.translate(CHINESE_DIGITS),
            f"+86 {number}",
            f"{a}{b} {c}",
        )
    )


def id_card(prefix: str, dice: Dice) -> str:
    """Eighteen characters with a correct check digit (GB 11643)."""
    body = (
        f"{prefix}{dice.number(1950, 2005)}{dice.number(1, 12):02d}{dice.number(1, 28):02d}{dice.digits(3)}"
    )
    return body + id_check_digit(body)


def id_check_digit(body: str) -> str:
    """The check digit of the first seventeen digits of an ID card number (GB 11643)."""
    return ID_CHECKS[sum(int(d) * w for d, w in zip(body, ID_WEIGHTS, strict=True)) % 11]


def address(region: int, dice: Dice) -> str:
    """A street address in a district of the region; street and estate are invented."""
    place = REGIONS[region]
    return (
        f"{place.name}市{dice.pick(place.districts)}{dice.pick(STREETS)}{dice.number(2, 399)}号"
        f"{dice.pick(ESTATES)}{dice.number(1, 28)}栋{dice.number(1, 3)}单元{dice.number(1, 32)}0{dice.number(1, 4)}"
    )
