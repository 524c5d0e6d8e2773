"""Which addresses a request may leave for: the SSRF table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.addresses import EgressRefused, check_addresses, check_url, is_public

INWARD = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "100.127.255.255", "192.0.0.192", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:100.64.0.1", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::", "2001:0:1::",
    "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "100::1",
    "4000::1", "", "localhost", "127.1", "0x7f000001", "2130706433", "017700000001", "１２７.0.0.1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "101.91.40.24", "203.119.0.1", "2400:3200::1", "2606:4700::1111", "::ffff:8.8.8.8"]
BAD_URLS = [
    "http://qyapi.weixin.qq.com/x", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com", "//example.com",
    "https://", "https:///x", "https://user@example.com/", "https://user:pass@example.com/", "https://[::1",
    "https://example.com:0/", "https://example.com:99999/", "javascript:alert(1)", "", "example.com",
]  # fmt: skip


@pytest.mark.parametrize("address", INWARD)
def test_no_address_of_a_house_is_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


@given(st.lists(st.sampled_from(PUBLIC), min_size=1), st.sampled_from(INWARD))
def test_one_inward_address_among_many_public_ones_is_enough_to_refuse(public, inward):
    for place in range(len(public) + 1):
        with pytest.raises(EgressRefused, match="内部或保留地址"):
            check_addresses("example.com", [*public[:place], inward, *public[place:]])


def test_a_host_without_an_address_is_refused():
    with pytest.raises(EgressRefused, match="没有可用的地址"):
        check_addresses("example.com", [])


def test_the_address_that_was_checked_is_the_one_to_connect_to():
    assert check_addresses("example.com", PUBLIC) == PUBLIC[0]


@pytest.mark.parametrize("url", BAD_URLS)
def test_an_address_that_is_not_plain_https_is_refused_and_not_repeated(url):
    with pytest.raises(EgressRefused) as refused:
        check_url(url, ())
    assert url == "" or url not in str(refused.value)


def test_a_host_of_our_own_house_may_be_asked_without_tls():
    assert check_url("http://Gateway.internal:8080/send", {"gateway.internal"}) == "gateway.internal"


@pytest.mark.parametrize("host", ["gateway.internal.example.com", "xgateway.internal", "internal"])
def test_a_host_that_only_resembles_one_of_ours_is_not_ours(host):
    with pytest.raises(EgressRefused, match="https"):
        check_url(f"http://{host}/", {"gateway.internal"})
