#!/bin/sh
# What udhcpc calls. Addresses are the service's; only name servers are taken from a lease.
case $1 in
  bound | renew) for server in $dns; do echo "nameserver $server"; done >/etc/resolv.conf ;;
esac
