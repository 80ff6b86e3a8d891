#!/bin/busybox sh
# The guest's first program: puts the host's root file system under a tmpfs overlay and goes on there.
PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module"; done </modules/order

mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro host /host
mount -t tmpfs rw /rw
mkdir /rw/upper /rw/work
mount -t overlay -o lowerdir=/host,upperdir=/rw/upper,workdir=/rw/work root /new

for each in proc sys dev; do mount --move "/$each" "/new/$each"; done
mount -t cgroup2 cgroup2 /new/sys/fs/cgroup
mount -t securityfs security /new/sys/kernel/security
mount -t tmpfs -o mode=755 run /new/run
# Overlays of the tests cannot lie on an overlay.
mount -t tmpfs tmp /new/tmp
chmod 1777 /new/tmp
mkdir /new/dev/pts /new/dev/shm /new/dev/mqueue
mount -t devpts -o ptmxmode=666 devpts /new/dev/pts
mount -t tmpfs shm /new/dev/shm
mount -t mqueue mqueue /new/dev/mqueue
ln -s /proc/self/fd /new/dev/fd
ln -s fd/0 /new/dev/stdin
ln -s fd/1 /new/dev/stdout
ln -s fd/2 /new/dev/stderr
ip link set lo up
cp /job /bin/busybox /new/run/

# The first program may not end before the machine is off, and must need no file for that: power-off ends the disks.
exec switch_root /new /bin/sh -c 'bash /run/job; echo "guest: status: $?"; exec /run/busybox poweroff -f'
