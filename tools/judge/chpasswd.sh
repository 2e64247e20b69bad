#!/bin/sh
# chpasswd of busybox is not among Debian's applets; this does what is asked of it: lines of user:password on standard input.
while IFS=: read -r user password; do
  hash=$(printf '%s\n' "$password" | mkpasswd -m sha512 -P 0)
  sed -i "s|^$user:[^:]*:|$user:$hash:|" /etc/shadow
done
