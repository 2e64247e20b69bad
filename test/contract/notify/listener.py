#!/usr/bin/python3
"""The real oslo.messaging as the reader of our notifications, and Nova's own payload classes as their judges.

listener.py URL COUNT [SECONDS]: reads COUNT notifications (INFO and ERROR of both topics) and prints one JSON a line:
{event_type, publisher_id, priority, payload, metadata, context, problems}. The first line is "ready".
"""

import json
import sys
import threading

from nova import context as nova_context
from nova.notifications.objects import base as notification_base
from nova.notifications.objects import exception, instance  # noqa: they register the payloads
from nova.objects import base, fields
from nova import rpc
from oslo_config import cfg
import oslo_messaging as messaging

CONF = cfg.CONF
LOCK = threading.Lock()


def register_payloads():
    """As ordinary objects, which is how Nova's own tests read them; without the arguments of their constructors."""
    for cls in base.NovaObjectRegistry.notification_classes:
        cls.__init__ = notification_base.NotificationObject.__init__
    base.NovaObjectRegistry.register_notification_objects()


def missing_fields(primitive, where):
    """Upstream sets every field of a payload."""
    data = primitive['nova_object.data']
    classes = base.NovaObjectRegistry.obj_classes()[primitive['nova_object.name']]
    for name in classes[0].fields:
        if name not in data:
            yield '%s.%s is not set' % (where, name)
    for name, value in data.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and 'nova_object.name' in item:
                yield from missing_fields(item, '%s.%s' % (where, name))


def versioned_problems(event_type, publisher_id, payload):
    source, _, host = publisher_id.partition(':')
    if source not in fields.NotificationSource.ALL or not host:
        yield 'publisher %s' % publisher_id
    thing, action, *phase = event_type.split('.')
    if thing not in ('instance', 'compute') or action not in fields.NotificationAction.ALL:
        yield 'event type %s' % event_type
    if phase and phase not in [[known] for known in fields.NotificationPhase.ALL]:
        yield 'phase of %s' % event_type
    if 'nova_object.changes' in json.dumps(payload):
        yield 'there are changes'
    yield from missing_fields(payload, payload['nova_object.name'])
    read = base.NovaObject.obj_from_primitive(payload)
    read.obj_reset_changes(recursive=True)
    written = read.obj_to_primitive()
    if json.loads(json.dumps(written)) != payload:
        yield 'Nova reads %s' % json.dumps(written)


def legacy_problems(event_type, publisher_id, payload):
    if not publisher_id.startswith('compute.'):
        yield 'publisher %s' % publisher_id
    allowed = rpc.LegacyValidatingNotifier.allowed_legacy_notification_event_types
    if event_type not in allowed and set(payload) != {'exception', 'args'}:
        yield 'event type %s' % event_type


def problems_of(event_type, publisher_id, payload):
    try:
        judge = versioned_problems if 'nova_object.name' in payload else legacy_problems
        return list(judge(event_type, publisher_id, payload))
    except Exception as e:
        return [repr(e)]


class Endpoint(object):
    def __init__(self, count):
        self.left = count
        self.done = threading.Event()

    def info(self, ctxt, publisher_id, event_type, payload, metadata):
        self._note('info', ctxt, publisher_id, event_type, payload, metadata)

    def error(self, ctxt, publisher_id, event_type, payload, metadata):
        self._note('error', ctxt, publisher_id, event_type, payload, metadata)

    def _note(self, priority, ctxt, publisher_id, event_type, payload, metadata):
        line = {
            'priority': priority, 'publisher_id': publisher_id, 'event_type': event_type, 'payload': payload,
            'metadata': metadata, 'context': ctxt.to_dict(),
            'problems': problems_of(event_type, publisher_id, payload),
        }
        if not isinstance(ctxt, nova_context.RequestContext):
            line['problems'].append('no context of nova')
        with LOCK:
            print(json.dumps(line), flush=True)
            self.left -= 1
            if self.left == 0:
                self.done.set()


def main(url, count, seconds=60):
    CONF([], project='nova', default_config_files=[])
    messaging.set_transport_defaults('nova')
    register_payloads()
    transport = messaging.get_notification_transport(CONF, url=url)
    targets = [messaging.Target(topic=topic) for topic in ('notifications', 'versioned_notifications')]
    endpoint = Endpoint(int(count))
    listener = messaging.get_notification_listener(
        transport, targets, [endpoint], executor='threading', serializer=rpc.RequestContextSerializer(None))
    listener.start()
    print(json.dumps('ready'), flush=True)
    endpoint.done.wait(float(seconds))
    listener.stop()
    listener.wait()


if __name__ == '__main__':
    main(*sys.argv[1:])
