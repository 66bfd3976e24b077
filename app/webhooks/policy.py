"""Where webhooks may go: URLs and addresses.

Addresses are checked after the name is resolved, for the connection that is about to be made.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import httpx2

from app.addresses import Network, is_loopback, parse_networks
from app.settings import Settings

Address = IPv4Address | IPv6Address

# Always refused: clouds serve credentials of the machine at these.
METADATA: tuple[Network, ...] = (
    ip_network("169.254.0.0/16"),
    ip_network("fe80::/10"),
    ip_network("fd00:ec2::254/128"),  # AWS
    ip_network("fd20:ce::254/128"),  # Google
    ip_network("100.100.100.200/32"),  # Alibaba
    ip_network("168.63.129.16/32"),  # Azure
    ip_network("192.0.0.192/32"),  # Oracle
)
# Always refused: no host has such an address, or a gateway would use another address in it.
UNUSABLE: tuple[Network, ...] = (
    ip_network("0.0.0.0/8"),
    ip_network("224.0.0.0/4"),
    ip_network("240.0.0.0/4"),
    ip_network("::/128"),
    ip_network("ff00::/8"),
    ip_network("fec0::/10"),
    ip_network("2001::/32"),  # Teredo
    ip_network("2002::/16"),  # 6to4
    # Local NAT64 (RFC 8215): where its IPv4 address stands depends on a length that only the
    # translator knows (RFC 6052).
    ip_network("64:ff9b:1::/48"),
)
# The last four bytes of these are the IPv4 address that packets go to.
EMBEDDING: tuple[IPv6Network, ...] = (
    IPv6Network("::ffff:0:0/96"),
    IPv6Network("::ffff:0:0:0/96"),
    IPv6Network("64:ff9b::/96"),
    IPv6Network("::/96"),
)


class InvalidUrl(ValueError):
    """A URL cannot be sent to; the message completes a sentence."""


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which addresses webhooks may go to.

    `public_only` refuses private networks, `loopback` allows this machine's own addresses, and
    `allowed` networks are allowed in both cases. Metadata and link-local addresses are always
    refused.
    """

    public_only: bool = False
    loopback: bool = False
    allowed: tuple[Network, ...] = ()

    def refuse(self, address: Address) -> str | None:
        """Return why an address is refused, to complete a sentence; None if it is allowed."""
        real = unwrap(address)
        if _is_in(real, METADATA):
            return f"{address} is a link-local or metadata address, which is never allowed"
        if real.is_loopback:
            if self.loopback or _is_in(real, self.allowed):
                return None
            return (
                f"{address} is this machine: only a server on loopback may reach it, "
                "or a server with this address in PIGEONHOLE_WEBHOOK_ALLOW"
            )
        if _is_in(real, UNUSABLE) or _is_isatap(real):
            return f"{address} is not the address of a host"
        if is_public(real) or not self.public_only or _is_in(real, self.allowed):
            return None
        return (
            f"{address} is a private address: PIGEONHOLE_WEBHOOK_POLICY is public, and "
            "PIGEONHOLE_WEBHOOK_ALLOW does not name it"
        )


def advise(settings: Settings, organizations: int) -> str | None:
    """Return what to set where organizations share a server and nobody chose a policy."""
    if organizations < 2 or "webhook_policy" in settings.model_fields_set:
        return None
    return (
        f"{organizations} organizations share this server, and their webhooks may reach its "
        "private networks. Set PIGEONHOLE_WEBHOOK_POLICY=public, or =private if they may."
    )


def make_policy(settings: Settings) -> AddressPolicy:
    """Return the policy of the settings.

    `loopback` is true for a server that listens on loopback: its clients can connect to those
    addresses anyway. The API stores it with each webhook; deliverers use the stored value.
    """
    return AddressPolicy(
        public_only=settings.webhook_policy == "public",
        loopback=is_loopback(settings.host),
        allowed=parse_networks(settings.webhook_allow),
    )


def unwrap(address: Address) -> Address:
    """Return the IPv4 address that is embedded in an IPv6 address, otherwise the address itself."""
    if isinstance(address, IPv6Address) and int(address) > 1:  # not :: and ::1
        address = IPv6Address(int(address))  # without a zone
        if any(address in network for network in EMBEDDING):
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def is_public(address: Address) -> bool:
    """Tell whether an address is reachable from the whole internet."""
    real = unwrap(address)
    return real.is_global and not _is_in(real, (*METADATA, *UNUSABLE)) and not _is_isatap(real)


def _is_isatap(address: Address) -> bool:
    """Tell whether an address is one of ISATAP (RFC 5214): a router would use its IPv4 address."""
    return isinstance(address, IPv6Address) and (int(address) >> 32) & 0xFDFF_FFFF == 0x5EFE


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def parse_url(url: str | None) -> httpx2.URL:
    """Return a URL with a host and a valid port; raises InvalidUrl."""
    if url is None:
        raise InvalidUrl("there is no webhook_url")
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise InvalidUrl("the webhook_url is not a URL") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise InvalidUrl("the webhook_url names no host")
    if parsed.port is not None and not 0 < parsed.port < 2**16:
        raise InvalidUrl("the webhook_url has an invalid port")
    return parsed


def find_fault(url: str | None, policy: AddressPolicy) -> str | None:
    """Return why nothing can be delivered to a URL, without a DNS query; None if it may work.

    A host name may work; an address must be allowed.
    """
    try:
        parsed = parse_url(url)
    except InvalidUrl as error:
        return str(error)
    try:
        # Numbers in every spelling that the system knows, such as 0x7f.1, and no host names.
        found = socket.getaddrinfo(parsed.raw_host.decode(), None, flags=socket.AI_NUMERICHOST)
    except (OSError, ValueError):
        return None
    reason = policy.refuse(ip_address(found[0][4][0]))
    return None if reason is None else f"refused: {reason}"
