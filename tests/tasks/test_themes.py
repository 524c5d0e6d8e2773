from datetime import UTC, date, datetime, timedelta

import pytest

from notifications.theme_pages import render_needs, render_themes
from tasks import themes
from voc.errors import InputError

DAY = date(2026, 6, 5)
NOW = datetime(2026, 6, 6, tzinfo=UTC)
USUAL = (
    "按键坏了",
    "外壳裂了",
    "噪音很大",
    "插头松了",
    "灯不亮了",
    "屏幕花了",
    "电池不行",
    "支架断了",
    "水箱漏水",
    "滤网破了",
)


@pytest.fixture
def told(house):
    rows = [
        [
            f"u{n}",
            f"{USUAL[n % 10]}，{USUAL[(n * 7 + 3) % 10]}",
            f"{DAY - timedelta(days=n % 200)} 10:{n % 60:02d}",
            1,
            "",
            "",
        ]
        for n in range(400)
    ]
    new = ("滤芯全都提示耗尽", "滤芯一夜耗尽了", "刚换的滤芯耗尽")
    rows += [[f"n{n}", new[n % 3], f"{DAY - timedelta(days=n % 9)} 09:{n:02d}", 1, "", ""] for n in range(12)]
    rows += [
        [
            f"w{n}",
            "希望增加夜间模式" if n % 2 else "能不能加个夜间模式",
            f"{DAY} 08:{n:02d}",
            3,
            f"138{n:08d}",
            "",
        ]
        for n in range(6)
    ]
    house.register()
    house.put(rows)
    house.collect()
    house.understand()
    return house


def test_a_rising_theme_and_a_wanted_thing_are_found_and_shown(told):
    looked, found = themes.rising(themes.day_asked(None))
    assert looked.until == DAY
    assert any("耗尽" in "".join(theme.phrases) for theme in found)
    page = render_themes(looked, found, themes.issue_name, NOW)
    assert "耗尽" in page
    assert "<svg" in page

    asked, needs = themes.wanted(DAY - timedelta(days=30), DAY, 2)
    assert ("夜间模式" in needs[0].what, needs[0].customers) == (True, 6)
    page = render_needs(asked, needs, NOW)
    assert "6 位" in page


def test_what_is_suspect_is_not_listened_to(told):
    told.rows("UPDATE feedback SET suspect = 'copy_wave' WHERE text LIKE '%夜间模式%' RETURNING id")
    assert themes.wanted(DAY - timedelta(days=30), DAY, 2)[1] == []


def test_an_empty_house_is_said_to_be_empty(house):
    with pytest.raises(InputError, match="还没有反馈"):
        themes.day_asked(None)
