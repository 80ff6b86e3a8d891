"""Receives what a runtime sends to --console-socket or --pidfd-socket, and shows it.

    console_receiver.py SOCKET

Prints "listening", then for the one message: "data: ...", "fds: N", and for the first descriptor its link
and, when it is a terminal, its size as "size: ROWS COLUMNS". A terminal is then copied to stdout until the
last program on its other side has gone. Every line that comes in on stdin is written to the terminal.
"""

import fcntl
import os
import select
import socket
import struct
import sys
import termios

listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(sys.argv[1])
listener.listen(1)
print("listening", flush=True)

connection, _ = listener.accept()
data, fds, _, _ = socket.recv_fds(connection, 4096, 8)
print("data:", data.decode(), flush=True)
print("fds:", len(fds), flush=True)
if not fds:
    sys.exit(1)
first = fds[0]
print("link:", os.readlink(f"/proc/self/fd/{first}"), flush=True)
with open(f"/proc/self/fdinfo/{first}", encoding="ascii") as info:
    for line in info:
        if line.startswith("Pid:"):
            print("pid:", line.split()[1], flush=True)

if os.isatty(first):
    rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(first, termios.TIOCGWINSZ, b"\0" * 8))
    print("size:", rows, columns, flush=True)
    sources = [first, 0]
    while first in sources:
        for ready in select.select(sources, [], [])[0]:
            try:
                chunk = os.read(ready, 4096)
            except OSError:  # EIO: nobody holds the other side any more
                chunk = b""
            if not chunk:
                sources.remove(ready)
            else:
                os.write(1 if ready == first else first, chunk)
