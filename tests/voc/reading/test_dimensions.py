from __future__ import annotations

from pathlib import Path

from voc.reading.areas import AreaOpinion
from voc.reading.dimensions import dimensions
from voc.reading.mentions import Mention
from voc.reading.taxonomy import parse_taxonomy

ASSET = Path(__file__).resolve().parents[3] / "voc" / "data" / "taxonomy.toml"
TAXONOMY = parse_taxonomy(ASSET.read_text(encoding="utf-8"))
LEAK = Mention("product.leak", "product", -1, 0, 2, 0.9)
RUDE = Mention("service.attitude", "service", -1, 3, 5, 0.7)
SLOW = AreaOpinion("logistics", -0.8, 0, 4, 0.9)
NICE = AreaOpinion("product", 0.9, 5, 8, 0.95)


def test_the_surest_trouble_gives_its_dimension() -> None:
    codes, sure = dimensions([[RUDE, LEAK]], [[SLOW]], TAXONOMY)
    assert (codes, sure.tolist()) == (["product"], [0.9])


def test_a_bad_area_without_an_issue_gives_its_usual_dimension_less_surely() -> None:
    codes, sure = dimensions([[]], [[NICE, SLOW]], TAXONOMY)
    assert codes == ["process"]
    assert 0 < sure[0] < SLOW.confidence


def test_where_nothing_is_bad_there_is_no_dimension() -> None:
    codes, sure = dimensions([[], []], [[NICE], []], TAXONOMY)
    assert (codes, sure.tolist()) == ([None, None], [0.0, 0.0])
