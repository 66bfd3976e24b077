"""Addresses and headers that webhooks may and may not have."""

import socket
from ipaddress import ip_address

import pytest

from app.addresses import parse_networks
from app.webhooks.policy import AddressPolicy, choose_headers, is_public
from worker.runtime.webhook_delivery.client import resolve_name

EVERYTHING = parse_networks("0.0.0.0/0,::/0")
# What has been used to get past such checks, resolved as the system does it.
LOOPBACK = [
    "127.0.0.1",
    "127.1",
    "127.255.255.254",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "localhost",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b:1::7f00:1",
]
NEVER = [
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "169.254.0.1",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "::169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "fe80::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "0.0.0.0",
    "0",
    "0.0.0.1",
    "::",
    "::ffff:0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "ff02::1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "fec0::1",
]
PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "fd12::1",
    "::ffff:10.0.0.1",
    "64:ff9b::10.0.0.1",
]
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::8.8.8.8"]


def refusals(policy: AddressPolicy, host: str, *, loopback: bool = False) -> list[str | None]:
    addresses = resolve_name(host, 80)
    assert addresses
    return [policy.refuse(address, loopback=loopback) for address in addresses]


@pytest.mark.parametrize("host", LOOPBACK)
def test_loopback_in_every_disguise(host: str) -> None:
    assert all("this machine itself" in str(why) for why in refusals(AddressPolicy(), host))
    assert set(refusals(AddressPolicy(), host, loopback=True)) == {None}
    assert set(refusals(AddressPolicy(allowed=EVERYTHING), host)) == {None}
    assert set(refusals(AddressPolicy(public_only=True), host, loopback=True)) == {None}


@pytest.mark.parametrize("host", NEVER)
def test_no_setting_opens_these(host: str) -> None:
    for policy in (AddressPolicy(), AddressPolicy(allowed=EVERYTHING)):
        assert None not in refusals(policy, host, loopback=True)


@pytest.mark.parametrize("host", PRIVATE)
def test_private_networks_unless_only_public_ones_are_allowed(host: str) -> None:
    assert set(refusals(AddressPolicy(), host)) == {None}
    assert all("private address" in str(w) for w in refusals(AddressPolicy(public_only=True), host))
    assert set(refusals(AddressPolicy(public_only=True, allowed=EVERYTHING), host)) == {None}
    assert not is_public(ip_address(host))


@pytest.mark.parametrize("host", PUBLIC)
def test_public_addresses(host: str) -> None:
    assert refusals(AddressPolicy(public_only=True), host) == [None]
    assert is_public(ip_address(host))


def test_a_zone_hides_nothing() -> None:
    policy = AddressPolicy(allowed=EVERYTHING)
    assert policy.refuse(ip_address("fe80::1%eth0"), loopback=True) is not None
    assert policy.refuse(ip_address("::ffff:169.254.169.254%1"), loopback=True) is not None


def test_the_allowed_networks_are_only_those() -> None:
    policy = AddressPolicy(public_only=True, allowed=parse_networks("10.1.0.0/16, ::1"))
    assert refusals(policy, "10.1.2.3") == [None]
    assert refusals(policy, "::1") == [None]
    assert None not in refusals(policy, "10.2.0.1")
    assert None not in refusals(policy, "127.0.0.1")


@pytest.mark.parametrize(
    "name",
    [
        "Host",
        "content-length",
        "Transfer-Encoding",
        "CONNECTION",
        "Proxy-Authorization",
        "TE",
        "Content-Type",
        "User-Agent",
        "LC-Signature",
        "lc-signature",
        "X-Webhook-Event-ID",
        "Webhook-Signature",
    ],
)
def test_headers_of_ours_cannot_be_overridden(name: str) -> None:
    chosen, note = choose_headers({name: "x", "X-Mine": "y"})
    assert chosen == {"X-Mine": "y"}
    assert note == f"custom headers left out: {name} (set by the server)"


@pytest.mark.parametrize("value", ["a\r\nHost: b", "a\nb", "a\rb", "a\0b", "a\x7f", "\u2028"])
def test_values_that_would_be_lines_of_their_own(value: str) -> None:
    chosen, note = choose_headers({"X-Mine": value})
    assert chosen == {}
    assert note == (
        "custom headers left out: X-Mine (a value with line breaks or control characters)"
    )


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "ä", "a\0"])
def test_names_that_are_none(name: str) -> None:
    chosen, note = choose_headers({name: "x"})
    assert chosen == {}
    assert note is not None
    assert "not a header's name" in note
    assert note.isprintable()
    assert note.isascii()


def test_ordinary_headers_are_kept() -> None:
    wanted = {"Authorization": "Bearer a b", "X-Ümlaut": "x", "X-Text": " schön\tso "}
    chosen, note = choose_headers(wanted)
    assert chosen == {"Authorization": "Bearer a b", "X-Text": "schön\tso"}
    assert note is not None


def test_the_system_resolves_what_it_can() -> None:
    with pytest.raises(socket.gaierror):
        resolve_name("receiver.invalid", 80)
