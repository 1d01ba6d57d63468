"""Who asks, without keeping who: a keyed hash of the address from which a request came."""

import ipaddress

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

CLIENT_KEY_LENGTH = 32
# A subscriber gets at least this much of IPv6; counting single addresses would count nothing (RFC 6177).
_IPV6_SUBSCRIBER_BITS = 64


def client_key(request: HttpRequest, *, purpose: str) -> str:
    """Return a keyed hash of the asker's network: enough to count requests, useless to find out who it was.

    Hashes made for different purposes cannot be compared.
    """
    # The adapter knows how many proxies stand in front; the address of a proxy would be one client for everybody.
    address = get_adapter(request).get_client_ip(request)
    return salted_hmac(purpose, _network(address), algorithm="sha256").hexdigest()[:CLIENT_KEY_LENGTH]


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_SUBSCRIBER_BITS), strict=False).network_address)
