"""Which addresses plugins may reach: those of the public internet, however they are written."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# What Python's versions judge differently, and relays into who knows what.
_NOT_PUBLIC_4 = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4")))
# RFC 4291: all that is given out lies here. Teredo and 6to4 lead to IPv4 addresses that nobody checks.
_PUBLIC_6 = IPv6Network("2000::/3")
_TUNNELS_6 = tuple(map(IPv6Network, ("2001::/32", "2002::/16")))
# RFC 6052: on a network without IPv4, the way to an IPv4 address.
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether a numeric address, as the resolver gives it, is one of the public internet."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return _is_public_4(parsed)
    if parsed.scope_id is not None:
        return False
    if (inner := parsed.ipv4_mapped or _behind_nat64(parsed)) is not None:
        return _is_public_4(inner)
    in_tunnel = any(parsed in tunnel for tunnel in _TUNNELS_6)
    return parsed in _PUBLIC_6 and parsed.is_global and not parsed.is_multicast and not in_tunnel


def _is_public_4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and not any(address in network for network in _NOT_PUBLIC_4)


def _behind_nat64(address: IPv6Address) -> IPv4Address | None:
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None
