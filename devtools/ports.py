"""Free ports of this machine for the servers of tests and benchmarks."""

import random
import socket

# Below the ports that kernels hand out by themselves, so that no outgoing connection takes one
# between our look and the server's start, or while a server is restarted.
PORTS = range(20_000, 32_000)
ATTEMPTS = 100

# Tests reseed the global generator: two runs would then want the same ports.
_choose = random.SystemRandom()


def free_port() -> int:
    """Return a loopback port that nothing listens on now."""
    for _ in range(ATTEMPTS):
        port = _choose.choice(PORTS)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port in {ATTEMPTS} attempts")
