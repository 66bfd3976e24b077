"""How many files and connections this process may have open at a time."""

import resource

# Beyond this the kernel's tables for each process cost more than the connections are worth.
MOST = 65_536
# The databases, the log, pipes to workers, and what libraries open for a moment.
OUR_OWN = 128
# A connection has its socket, and the file that is being uploaded over it.
OF_A_CONNECTION = 2


def raise_limit() -> int:
    """Allow this process as many open files as it may allow itself.

    Returns how many connections that is enough for, at least one.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # "No limit" is a number, too, and less than all others.
    wanted = MOST if hard == resource.RLIM_INFINITY else min(MOST, hard)
    if resource.RLIM_INFINITY != soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(1, (wanted - OUR_OWN) // OF_A_CONNECTION)
