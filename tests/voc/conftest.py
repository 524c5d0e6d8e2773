"""A source as people define one."""

from __future__ import annotations

import pytest

from voc.intake.definitions import Definition, parse_definition

TOML = """
name = "jd-aircon"
title = "京东空调评价"
kind = "csv"
channel = "store_review"
touchpoint = "售后评价"
map = { text = "标题+内容", rating = "星级", occurred_at = "时间", customer = "用户" }
rating_scale = [1, 5]
owner = "客户体验部"
every = "1d"
"""


@pytest.fixture
def definition() -> Definition:
    return parse_definition(TOML)
