"""A campaign from the first answer to the causes it was started for."""

from models.customers import asking
from models.engine import transaction
from settings import asset_text
from voc.surveys.forms import parse_surveys

COMPLAINTS = ["约好的安装师傅没来", "等安装师傅等了一天", "包装破了，东西摔坏了"]


def test_a_campaign_lists_its_causes_with_the_sentences_that_show_them(house):
    with transaction() as session:
        asking.write_down(session, parse_surveys(asset_text("surveys.toml"))["csat"], house.now)
        row = asking.publish(session, "csat", house.now)
        asking.start_campaign(session, "csat", "安装为什么不满意", 12, 2, house.now)
        taken = [
            asking.take(session, row, f"a-{n}", answer(COMPLAINTS[0 if n < 6 else n % 3], n), "", house.now)
            for n in range(13)
        ]
    assert taken == [True] * 12 + [False]
    house.understand()
    with transaction() as session:
        causes = asking.causes(session, "survey-csat", 2)
    assert [cause["answers"] for cause in causes] == sorted((c["answers"] for c in causes), reverse=True)
    assert len(causes) == 2
    assert "安装师傅" in causes[0]["evidence"][0]


def answer(words, n):
    return {"score": "1", "part": "响应速度", "words": f"{words}，已经是第{n}次了"}
