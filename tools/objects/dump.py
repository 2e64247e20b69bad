"""Prints what an installed Nova knows about its versioned objects, as JSON, for generate.ts and check.ts.

Run with the Python that Nova is installed for: /usr/bin/python3 dump.py
Exit status 3 means that there is no Nova here.
"""
import importlib
import inspect
import json
import pkgutil
import sys
import warnings

warnings.simplefilter('ignore')

try:
    import nova.version
except ImportError:
    sys.exit(3)

from nova import objects
from nova.notifications import objects as payloads
from nova.notifications.objects import base as notification_base
from nova.objects import base
from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields


def describe_type(kind):
    """The type of a field or of the members of a collection."""
    found = {'type': type(kind).__name__}
    if isinstance(kind, ovo_fields.Object):
        found['object'] = kind._obj_name
        found['subclasses'] = bool(kind._subclasses)
    elif isinstance(kind, ovo_fields.CompoundFieldType):
        found['of'] = describe_field(kind._element_type)
    elif isinstance(kind, ovo_fields.Enum):
        found['values'] = list(kind._valid_values)
    # NetworkModel and its like have no pattern; a plain IPAddress inherits a name without a value.
    pattern = getattr(kind, 'PATTERN', None)
    if isinstance(pattern, str):
        found['pattern'] = pattern
    return found


def describe_field(field):
    found = describe_type(field._type)
    found['nullable'] = bool(field.nullable)
    found['readOnly'] = bool(field.read_only)
    if field._default is not ovo_fields.UnspecifiedDefault:
        found['default'] = repr(field._default)
    return found


def implementation(method):
    """What conductor runs for a method, below all its decorators; None if it is not called remotely.

    nova.objects.base.serialize_args hides remotable_classmethod under a wrapper that does not say so.
    """
    remotable = False
    while hasattr(method, 'original_fn'):
        remotable = remotable or getattr(method, 'remotable', False)
        method = getattr(method.original_fn, '__func__', method.original_fn)
    return method if remotable else None


def describe_methods(cls):
    """Methods that conductor runs for us, with their signatures: ['class' or 'object', '(a, b=None)']."""
    found = {}
    for name in dir(cls):
        method = getattr(cls, name, None)
        function = implementation(method)
        if function is not None:
            kind = 'class' if hasattr(method, '__self__') else 'object'
            found[name] = [kind, str(inspect.signature(function))]
    return found


def describe(cls, known):
    return {
        'version': cls.VERSION,
        'fields': {name: describe_field(field) for name, field in cls.fields.items()},
        'methods': describe_methods(cls),
        # Only those that are registered: base classes never travel.
        'parents': sorted(p.__name__ for p in cls.__mro__[1:] if known.get(p.__name__) is p),
        'manifest': ovo.obj_tree_get_versions(cls.__name__),
    }


def main():
    objects.register_all()
    for module in pkgutil.iter_modules(payloads.__path__):
        importlib.import_module(payloads.__name__ + '.' + module.name)
    # What travels is a payload; the notification around it (publisher, priority) becomes plain keys of the message.
    wanted = [c for c in base.NovaObjectRegistry.notification_classes
              if not issubclass(c, notification_base.NotificationBase)]
    for cls in wanted:
        base.NovaObjectRegistry.register(cls)
    known = {name: found[0] for name, found in base.NovaObjectRegistry.obj_classes().items()
             if found[0].OBJ_PROJECT_NAMESPACE == 'nova'}
    dump = {
        'nova': nova.version.version_string(),
        'objects': {name: describe(cls, known) for name, cls in known.items()},
    }
    json.dump(dump, sys.stdout, sort_keys=True)


main()
