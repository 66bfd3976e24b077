import socket


def free_port() -> int:
    """Return a loopback port that nothing listens on now.

    Another process may take it before its owner does, so whoever starts a server on it
    must be ready to try another one.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
