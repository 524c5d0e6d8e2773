import pytest

from cli.problems import _given, _numbers, _properties
from voc.errors import InputError


def test_numbers_and_properties_are_read_with_either_comma():
    assert _numbers("3, 5，8") == [3, 5, 8]
    assert _properties("product=空调， region=杭州") == {"product": "空调", "region": "杭州"}


def test_nothing_given_is_nothing():
    assert _numbers("") == []
    assert _properties(" ") == {}


@pytest.mark.parametrize("listed", ["product", "product=", "=空调"])
def test_a_property_without_name_or_value_is_refused(listed):
    with pytest.raises(InputError, match="product=空调"):
        _properties(listed)


def test_what_is_no_number_is_named():
    with pytest.raises(InputError, match="「五」不是反馈编号"):
        _numbers("3,五")


def test_a_reason_has_to_be_given():
    with pytest.raises(InputError, match="--reason"):
        _given("  ")
