"""The company 「晴川家电」: what it sells, where, to whom, and what is wrong with it (all invented)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np

Effect = Literal["works", "nothing", "worse"]


@dataclass(frozen=True)
class Scenario:
    """How long, how much and from which seed a company is simulated."""

    seed: int = 20260525
    start: date = date(2026, 5, 25)
    weeks: int = 26
    rows_per_week: int = 900
    growth_per_week: float = 0.008
    orders_per_row: float = 6.0
    customers: int = 9000
    day_dispersion: float = 12.0  # shape of the gamma day effect: the larger, the closer to Poisson

    @property
    def scale(self) -> float:
        """How many times larger than the reference company (900 rows a week)."""
        return self.rows_per_week / 900


@dataclass(frozen=True)
class Outcome:
    """What a measure does to its problem, from the week it goes live: complaints fall or rise to `multiplier`."""

    effect: Effect
    multiplier: float
    live_week: int = 12


@dataclass(frozen=True)
class Planted:
    """A problem that is really there: its weekly rate at 900 rows a week and what its measures do, by round."""

    issue: str
    onset_week: int
    rate: float
    scope: Mapping[str, str] = field(hash=False)
    outcomes: tuple[Outcome, ...] = ()
    # Before it begins, some customers complain about the same thing as of any other.
    on_top: bool = False

    def left(self, live: int) -> float:
        """Share of the complaints that is left when `live` of its measures are live."""
        return self.outcomes[min(live, len(self.outcomes)) - 1].multiplier if live and self.outcomes else 1.0


# The first five are the story of half a year; the others begin when it is over.
PLANTED: tuple[Planted, ...] = (
    Planted("installation.late", 2, 66.0, {}, (Outcome("works", 0.35),)),
    Planted("payment.refund", 3, 56.0, {}, (Outcome("works", 0.40),)),
    Planted("service.robot", 1, 52.0, {}, (Outcome("nothing", 1.0), Outcome("works", 0.40, 32))),
    Planted("app.connect", 4, 48.0, {"product": "空调"}, (Outcome("worse", 2.2), Outcome("works", 0.30, 30))),
    Planted("logistics.damaged", 5, 46.0, {"warehouse": "武汉仓"}, (Outcome("works", 0.45, 38),)),
    Planted("payment.invoice", 26, 44.0, {}, (Outcome("works", 0.35, 38),), on_top=True),
    Planted("aftersales.repair_slow", 26, 46.0, {}, (Outcome("nothing", 1.0, 38),), on_top=True),
    Planted("service.unreachable", 27, 48.0, {}, (Outcome("works", 0.40, 39),), on_top=True),
    Planted("app.login", 28, 50.0, {}, (Outcome("works", 0.25, 40),), on_top=True),
    Planted("logistics.late", 28, 44.0, {"warehouse": "西安仓"}, (Outcome("works", 0.72, 39),), on_top=True),
    Planted("price.drop", 27, 42.0, {}, (Outcome("worse", 1.7, 39),), on_top=True),
    Planted("aftersales.return", 27, 32.0, {}, (Outcome("works", 0.35, 39),), on_top=True),
    Planted("product.fault", 26, 36.0, {"product": "洗衣机"}, (Outcome("nothing", 1.0, 38),), on_top=True),
)
EARLY = sum(not problem.on_top for problem in PLANTED)


@dataclass(frozen=True)
class Region:
    """A city with its warehouse, share of the orders and postal details for invented addresses."""

    name: str
    warehouse: str
    share: float
    id_prefix: str
    districts: tuple[str, ...]


REGIONS: tuple[Region, ...] = (
    Region("成都", "成都仓", 0.18, "510104", ("锦江区", "武侯区", "成华区", "高新区")),
    Region("重庆", "成都仓", 0.14, "500103", ("渝中区", "江北区", "沙坪坝区", "南岸区")),
    Region("武汉", "武汉仓", 0.15, "420106", ("武昌区", "洪山区", "江岸区", "汉阳区")),
    Region("长沙", "武汉仓", 0.12, "430102", ("芙蓉区", "岳麓区", "雨花区", "开福区")),
    Region("西安", "西安仓", 0.10, "610103", ("碑林区", "雁塔区", "未央区", "莲湖区")),
    Region("郑州", "西安仓", 0.09, "410105", ("金水区", "中原区", "二七区", "管城区")),
    Region("南京", "南京仓", 0.11, "320102", ("玄武区", "鼓楼区", "江宁区", "秦淮区")),
    Region("杭州", "南京仓", 0.11, "330106", ("西湖区", "拱墅区", "滨江区", "余杭区")),
)


@dataclass(frozen=True)
class Product:
    """A product line: models, parts customers name, price range and twelve monthly demand factors."""

    name: str
    share: float
    models: tuple[str, ...]
    parts: tuple[str, ...]
    price: tuple[int, int]
    season: tuple[float, ...]


_FLAT = (1.0,) * 12
_COOL = (0.7, 0.7, 0.8, 0.9, 1.1, 1.25, 1.3, 1.2, 0.95, 0.85, 0.85, 0.8)
_WARM = (1.2, 1.1, 1.0, 0.95, 0.9, 0.85, 0.85, 0.85, 0.95, 1.05, 1.15, 1.2)

PRODUCTS: tuple[Product, ...] = (
    Product(
        "空调",
        0.28,
        ("QK-26V3", "QK-35V3", "QK-72L1"),
        ("压缩机", "遥控器", "内机", "外机", "主板"),
        (2099, 6299),
        _COOL,
    ),
    Product(
        "洗衣机",
        0.19,
        ("QX-10D2", "QX-12HB", "QX-8T"),
        ("滚筒", "排水泵", "门封圈", "电机", "控制板"),
        (1299, 4599),
        _FLAT,
    ),
    Product(
        "冰箱",
        0.18,
        ("QB-408W", "QB-512F", "QB-220T"),
        ("压缩机", "门封条", "温控器", "风机", "抽屉"),
        (1499, 5999),
        _FLAT,
    ),
    Product(
        "热水器",
        0.13,
        ("QR-60E", "QR-16Q", "QR-80S"),
        ("内胆", "加热管", "点火器", "水阀", "镁棒"),
        (999, 3299),
        _WARM,
    ),
    Product(
        "净水器",
        0.12,
        ("QJ-800G", "QJ-600R"),
        ("滤芯", "水泵", "龙头", "接头", "废水阀"),
        (1199, 2999),
        _FLAT,
    ),
    Product(
        "智能门锁",
        0.10,
        ("QS-M5", "QS-M7P"),
        ("指纹头", "锁体", "电池仓", "把手", "摄像头"),
        (899, 2699),
        _FLAT,
    ),
)

TIERS: tuple[str, ...] = ("普通", "银卡", "金卡", "钻石")
TIER_SHARES: tuple[float, ...] = (0.62, 0.24, 0.11, 0.03)

HOTLINE_AGENTS: tuple[str, ...] = tuple(f"K{1001 + number}" for number in range(28))
INSTALLERS: tuple[tuple[str, ...], ...] = tuple(
    tuple(f"A{index + 1}{number:02d}" for number in range(1, 5)) for index in range(len(REGIONS))
)


def in_scope(scope: Mapping[str, str]) -> np.ndarray:
    """Mask of shape (regions, products): the cells of the company a scope covers; {} covers all."""
    regions = np.array(
        [
            scope.get("region", r.name) == r.name and scope.get("warehouse", r.warehouse) == r.warehouse
            for r in REGIONS
        ]
    )
    products = np.array([scope.get("product", p.name) == p.name for p in PRODUCTS])
    return np.outer(regions, products)
