#!/bin/sh
# Tests count disks. What a container has instead of disks is mounted: its root, and /ephemeral0 and so on.
echo 'NAME TYPE MOUNTPOINT'
while read -r _ path _; do
  case $path in
    / | /ephemeral*) echo "vd   disk $path" ;;
  esac
done < /proc/mounts
