"""Reads a JSON list of values, has Nova decode and encode each, writes the list of what came out (or the error)."""
import json
import sys
import warnings

warnings.simplefilter('ignore')

from nova import objects
from nova.objects import base

objects.register_all()


def echo(value):
    serializer = base.NovaObjectSerializer()
    try:
        return serializer.serialize_entity(None, serializer.deserialize_entity(None, value))
    except Exception as error:
        return {'error': '%s: %s' % (type(error).__name__, error)}


json.dump([echo(value) for value in json.load(sys.stdin)], sys.stdout)
