#!/usr/bin/python3
"""The real oslo.messaging (with nova's context and exceptions) as the other side of the contract tests.

Reads one JSON command a line, writes one JSON answer a line:
  {"id", "op": "serve", "topic", "server"}            -> {"id", "result": true}
  {"id", "op": "call"|"cast"|"fanout", "topic", "server", "namespace", "version", "method", "args", "timeout",
   "monitor", "context": {...}}                        -> {"id", "result"} or {"id", "error", "module", "mro", "text"}
  {"id", "op": "seen"}                                 -> what the served endpoint was asked, with its context
  {"id", "op": "load", "topic", "server", "seconds", "flight"} -> calls answered per second
"""

import json
import sys
import threading
import time

from nova import context as nova_context
from nova import exception
from nova import rpc as nova_rpc
from oslo_config import cfg
import oslo_messaging as messaging

CONF = cfg.CONF
OUT = threading.Lock()


def answer(data):
    with OUT:
        sys.stdout.write(json.dumps(data, default=str) + '\n')
        sys.stdout.flush()


class Endpoint(object):
    """Served with namespace None, version 2.3."""
    target = messaging.Target(version='2.3')

    def __init__(self):
        self.seen = []

    def _note(self, method, ctxt, args):
        self.seen.append({'method': method, 'args': args, 'context': ctxt.to_dict()})

    def echo(self, ctxt, **kwargs):
        self._note('echo', ctxt, kwargs)
        return kwargs

    def note(self, ctxt, **kwargs):
        self._note('note', ctxt, kwargs)

    def slow(self, ctxt, seconds):
        time.sleep(seconds)
        return 'done'

    @messaging.expected_exceptions(exception.InstanceNotFound)
    def missing(self, ctxt, uuid):
        raise exception.InstanceNotFound(instance_id=uuid)

    def state(self, ctxt):
        raise exception.UnexpectedDeletingTaskStateError(
            instance_uuid='u1', expected={'task_state': ['spawning']}, actual={'task_state': 'deleting'})

    def broken(self, ctxt):
        raise ValueError('no such thing')

    def unsupported(self, ctxt):
        raise NotImplementedError()


class Named(object):
    target = messaging.Target(namespace='named', version='1.1')

    def ping(self, ctxt, arg):
        return {'service': 'peer', 'arg': arg}


class Peer(object):
    def __init__(self, url, options):
        CONF([], project='peer')
        self.transport = messaging.get_rpc_transport(CONF, url=url, allowed_remote_exmods=['nova.exception'])
        for name, value in options.items():
            CONF.set_override(name, value, group='oslo_messaging_rabbit')
        CONF.set_override('control_exchange', 'nova')
        self.serializer = nova_rpc.RequestContextSerializer(None)
        self.endpoint = Endpoint()
        self.servers = []

    def serve(self, cmd):
        target = messaging.Target(exchange='nova', topic=cmd['topic'], server=cmd['server'])
        server = messaging.get_rpc_server(self.transport, target, [self.endpoint, Named()], executor='threading',
                                          serializer=self.serializer,
                                          access_policy=messaging.DefaultRPCAccessPolicy)
        server.start()
        self.servers.append(server)
        return True

    def client(self, cmd):
        target = messaging.Target(exchange='nova', topic=cmd['topic'], server=cmd.get('server'),
                                  namespace=cmd.get('namespace'), version=cmd.get('version', '1.0'),
                                  fanout=cmd['op'] == 'fanout')
        return messaging.RPCClient(self.transport, target, timeout=cmd.get('timeout', 10),
                                   call_monitor_timeout=cmd.get('monitor'), serializer=self.serializer)

    def context(self, cmd):
        return nova_context.RequestContext(**cmd['context']) if 'context' in cmd else nova_context.get_admin_context()

    def send(self, cmd):
        client = self.client(cmd)
        ctxt = self.context(cmd)
        if cmd['op'] == 'call':
            return client.call(ctxt, cmd['method'], **cmd.get('args', {}))
        client.cast(ctxt, cmd['method'], **cmd.get('args', {}))
        return None

    def load(self, cmd):
        client = self.client(dict(cmd, op='call'))
        ctxt = nova_context.get_admin_context()
        end = time.monotonic() + cmd['seconds']
        counts = [0] * cmd['flight']

        def work(i):
            while time.monotonic() < end:
                client.call(ctxt, 'echo', arg=i)
                counts[i] += 1

        threads = [threading.Thread(target=work, args=(i,)) for i in range(cmd['flight'])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / cmd['seconds']

    def do(self, cmd):
        try:
            if cmd['op'] == 'serve':
                result = self.serve(cmd)
            elif cmd['op'] == 'seen':
                result = self.endpoint.seen
            elif cmd['op'] == 'load':
                result = self.load(cmd)
            else:
                result = self.send(cmd)
            answer({'id': cmd['id'], 'result': result})
        except Exception as exc:
            answer({'id': cmd['id'], 'error': type(exc).__name__, 'module': type(exc).__module__, 'text': str(exc),
                    'mro': [c.__name__ for c in type(exc).__mro__], 'kwargs': getattr(exc, 'kwargs', {}),
                    'remote': getattr(exc, 'exc_type', None)})


def main():
    peer = Peer(sys.argv[1], json.loads(sys.argv[2]) if len(sys.argv) > 2 else {})
    for line in sys.stdin:
        threading.Thread(target=peer.do, args=(json.loads(line),), daemon=True).start()


if __name__ == '__main__':
    main()
