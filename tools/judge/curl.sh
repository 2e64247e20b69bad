#!/bin/sh
# What tests ask of curl, which has more libraries than the rest of this guest: -V, a GET, a POST of data; by address.
method=GET
data=
while [ $# -gt 0 ]; do
  case $1 in
    -V) echo 'curl, a stand-in' && exit ;;
    -X) method=$2 && shift ;;
    -d) data=$2 && shift ;;
    *) url=${1#http://} ;;
  esac
  shift
done
host=${url%%/*}
{
  printf '%s /%s HTTP/1.0\r\nHost: %s\r\n' "$method" "${url#*/}" "$host"
  printf 'Content-Length: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n%s' "${#data}" "$data"
} | nc -w 10 "$host" 80 | sed '1,/^\r*$/d'
