"""Names below localhost are this machine (RFC 6761, 6.3), and not every resolver knows.

Importing this lets Python know; the clients stay as they are installed.
"""

import socket

_resolve = socket.getaddrinfo


def _resolve_here(host, *rest, **options):
    name = host.decode() if isinstance(host, bytes) else host
    return _resolve("127.0.0.1" if str(name).endswith(".localhost") else host, *rest, **options)


socket.getaddrinfo = _resolve_here
