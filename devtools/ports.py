"""Free ports of this machine for the servers of tests and benchmarks."""

import random
import socket

# Below the ports that kernels hand out by themselves, so that no outgoing connection takes one
# between our look and the server's start, or while a server is restarted.
PORTS = range(20_000, 32_000)
ATTEMPTS = 100

# Tests reseed the global generator: two runs would then want the same ports.
_choose = random.SystemRandom()


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port of a loopback address that nothing listens on now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(ATTEMPTS):
        port = _choose.choice(PORTS)
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port in {ATTEMPTS} attempts")
