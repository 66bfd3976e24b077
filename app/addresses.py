"""IP addresses and networks in text."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def parse_networks(value: str) -> tuple[Network, ...]:
    """Return the networks of a list such as `10.0.0.0/8,::1`; raises ValueError."""
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise ValueError(
            f"must be addresses or networks, separated by commas, such as 127.0.0.1,10.0.0.0/8: "
            f"{error}"
        ) from None


def is_loopback(host: str | None) -> bool:
    """Tell whether an address or host name can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
