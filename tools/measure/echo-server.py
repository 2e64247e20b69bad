#!/usr/bin/python3
"""echo-server.py URL TOPIC: serves one method, `echo`, by oslo.messaging with threads, and says so on standard output."""

import sys

from oslo_config import cfg
import oslo_messaging as messaging


class Endpoint(object):
    target = messaging.Target(version='1.0')

    def echo(self, ctxt, **kwargs):
        return kwargs


def main():
    conf = cfg.CONF
    conf([], project='echo-server')
    transport = messaging.get_rpc_transport(conf, url=sys.argv[1])
    conf.set_override('control_exchange', 'nova')
    target = messaging.Target(exchange='nova', topic=sys.argv[2], server='echo')
    server = messaging.get_rpc_server(transport, target, [Endpoint()], executor='threading',
                                      access_policy=messaging.DefaultRPCAccessPolicy)
    server.start()
    print('serving', flush=True)
    server.wait()


main()
