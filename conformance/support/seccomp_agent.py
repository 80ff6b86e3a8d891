"""A seccomp agent: takes the notify descriptor that a runtime sends, and answers what it is notified of.

    seccomp_agent.py SOCKET VALUE

Prints "listening"; then for the one message "fds: N", the link of the first descriptor, "message: " with the
JSON and "end: " with how many bytes came after it; then "notified: NUMBER" for each system call, which gets
VALUE as its result ("continue": the kernel goes on with it).
"""

import array
import fcntl
import os
import socket
import struct
import sys

SECCOMP_IOCTL_NOTIF_RECV = 0xC0502100
SECCOMP_IOCTL_NOTIF_SEND = 0xC0182101
SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1

listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(sys.argv[1])
listener.listen(1)
print("listening", flush=True)

connection, _ = listener.accept()
message, fds, _, _ = socket.recv_fds(connection, 65536, 8)
rest = connection.recv(65536)
print("fds:", len(fds), flush=True)
print("link:", os.readlink(f"/proc/self/fd/{fds[0]}"), flush=True)
print("message:", message.decode(), flush=True)
print("end:", len(rest), flush=True)

while True:
    # struct seccomp_notif: u64 id, u32 pid, u32 flags, struct seccomp_data (s32 nr first)
    request = array.array("B", bytes(80))
    try:
        fcntl.ioctl(fds[0], SECCOMP_IOCTL_NOTIF_RECV, request)
    except OSError:  # ENOENT: the last process with this filter has gone
        break
    identifier, _, _, number = struct.unpack_from("QIIi", request.tobytes())
    print("notified:", number, flush=True)
    goes_on = sys.argv[2] == "continue"
    value = 0 if goes_on else int(sys.argv[2])
    flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE if goes_on else 0
    try:
        # struct seccomp_notif_resp: u64 id, s64 val, s32 error, u32 flags
        fcntl.ioctl(fds[0], SECCOMP_IOCTL_NOTIF_SEND, struct.pack("QqiI", identifier, value, 0, flags))
    except OSError:  # the caller was killed meanwhile
        pass
