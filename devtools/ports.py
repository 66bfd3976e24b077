"""Free ports of this machine for the servers of tests and benchmarks."""

import os
import random
import socket

# Below the ports that kernels hand out by themselves, so that no outgoing connection takes one
# between our look and the server's start, or while a server is restarted.
PORTS = range(20_000, 32_000)
ATTEMPTS = 100

# Tests reseed the global generator: two runs would then want the same ports.
_choose = random.SystemRandom()


# A server that is about to start does not listen yet.
_told: set[int] = set()


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port of a loopback address that nothing listens on now, a new one at each call."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(ATTEMPTS):
        port = _choose.choice(_own_ports())
        if port in _told:
            continue
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            _told.add(port)
            return port
    raise RuntimeError(f"no free port in {ATTEMPTS} attempts")


def _own_ports() -> range:
    """Return those of the ports that no other process of pytest-xdist takes."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return PORTS[number :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]
