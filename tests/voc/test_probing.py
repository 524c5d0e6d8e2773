from voc.probing import Policy, Week, findings


def weeks(*shares, read=50, confidence=0.9):
    return [
        Week(f"2026-W{n:02d}", read, round(share * read), confidence) for n, share in enumerate(shares, 10)
    ]


def test_a_model_that_stays_as_good_as_it_was_is_not_remarked_on():
    assert findings(weeks(*[0.9] * 12), Policy()) == []


def test_a_model_nobody_reads_is_not_judged():
    assert findings([Week("2026-W10", 0, 0, 0.9)] * 8, Policy()) == []


def test_agreement_that_is_clearly_lower_than_before_is_told():
    (said,) = findings(weeks(*[0.95] * 8, *[0.8] * 4), Policy())
    assert "明显低于此前的 96%" in said


def test_agreement_below_what_is_asked_for_is_told():
    (said,) = findings(weeks(*[0.5] * 6), Policy())
    assert "低于要求的 75%" in said


def test_a_model_that_becomes_unsure_is_told():
    said = findings([*weeks(*[0.9] * 8), *weeks(0.9, confidence=0.8)], Policy())
    assert said == ["最近一周的平均把握从 0.90 降到 0.80，可能出现了模型没见过的说法。"]
