"""Loaded as ``sitecustomize`` by each process of a test: notes and refuses what would leave the machine.

It needs nothing but the standard library and the variable ``GUARD_RECORD``, the file to write to. Native code
that opens sockets by itself is invisible to it; a network namespace with nothing but loopback covers that.
"""

import ipaddress
import os
import socket
import sys

_HOST_POSITIONS = {
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.getnameinfo": 0,
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
}


class OutwardConnectionError(Exception):
    """Report an attempt to speak to another machine."""


def note(kind: str, text: str) -> None:
    """Append one line to the record, whole or not at all."""
    command = " ".join(" ".join(sys.orig_argv).split())
    line = f"{kind}\t{os.getpid()}\t{command[:300]}\t{text}\n"
    descriptor = os.open(os.environ["GUARD_RECORD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def is_here(address: object) -> bool:
    """Tell whether an address, or the host of one, is this machine.

    So is its own name, which the process manager of the service looks up; it connects to nobody with it.
    """
    host = address[0] if isinstance(address, tuple) and address else address
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if host in {None, "", "localhost", socket.gethostname()}:
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Look at every event of the interpreter that names another machine."""
    position = _HOST_POSITIONS.get(event)
    if position is None:
        return
    address = arguments[position]
    is_path = position == 1 and not isinstance(address, tuple)
    if is_path or is_here(address):
        return
    note("outward", f"{event} {address!r}")
    raise OutwardConnectionError(f"{event} {address!r}")


if __name__ == "sitecustomize":
    note("started", sys.executable)
    sys.addaudithook(watch)
