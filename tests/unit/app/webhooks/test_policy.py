"""Addresses that webhooks may and may not go to."""

import socket
from ipaddress import ip_address

import pytest

from app.addresses import parse_networks
from app.settings import Settings
from app.webhooks.policy import AddressPolicy, is_public, make_policy
from worker.runtime.webhook_delivery.pinned_network import resolve_name

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
    "64:ff9b:1::7f00:1",
    "64:ff9b:1:a9fe:a9:fe00:808:808",
    "64:ff9b:1::8.8.8.8",
    "2001:db8::5efe:169.254.169.254",
    "2606:2800:21f::5efe:10.0.0.1",
    "2606:2800:21f::200:5efe:127.0.0.1",
    "fd12::5efe:8.8.8.8",
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


def refusals(policy: AddressPolicy, host: str) -> list[str | None]:
    addresses = resolve_name(host, 80)
    assert addresses
    return [policy.refuse(address) for address in addresses]


@pytest.mark.parametrize("host", LOOPBACK)
def test_loopback_in_every_disguise(host: str) -> None:
    assert all("this machine" in str(why) for why in refusals(AddressPolicy(), host))
    assert set(refusals(AddressPolicy(loopback=True), host)) == {None}
    assert set(refusals(AddressPolicy(allowed=EVERYTHING), host)) == {None}
    assert set(refusals(AddressPolicy(public_only=True, loopback=True), host)) == {None}


@pytest.mark.parametrize("host", NEVER)
def test_no_setting_opens_these(host: str) -> None:
    for policy in (AddressPolicy(), AddressPolicy(loopback=True, allowed=EVERYTHING)):
        assert None not in refusals(policy, host)


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
    policy = AddressPolicy(loopback=True, allowed=EVERYTHING)
    assert policy.refuse(ip_address("fe80::1%eth0")) is not None
    assert policy.refuse(ip_address("::ffff:169.254.169.254%1")) is not None


@pytest.mark.parametrize(
    ("host", "is_allowed"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
    ],
)
def test_loopback_is_allowed_to_a_server_that_only_this_machine_can_reach(
    host: str, *, is_allowed: bool
) -> None:
    policy = make_policy(Settings(host=host))

    assert (policy.refuse(ip_address("127.0.0.1")) is None) is is_allowed


def test_the_settings_allow_networks() -> None:
    policy = make_policy(
        Settings(host="0.0.0.0", webhook_policy="public", webhook_allow="127.0.0.1,10.0.0.0/8")
    )

    assert refusals(policy, "127.0.0.1") == [None]
    assert refusals(policy, "10.1.1.1") == [None]
    assert None not in refusals(policy, "192.168.1.1")


def test_the_allowed_networks_are_only_those() -> None:
    policy = AddressPolicy(public_only=True, allowed=parse_networks("10.1.0.0/16, ::1"))
    assert refusals(policy, "10.1.2.3") == [None]
    assert refusals(policy, "::1") == [None]
    assert None not in refusals(policy, "10.2.0.1")
    assert None not in refusals(policy, "127.0.0.1")


def test_the_system_resolves_what_it_can() -> None:
    with pytest.raises(socket.gaierror):
        resolve_name("receiver.invalid", 80)
