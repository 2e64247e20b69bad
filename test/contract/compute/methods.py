"""Prints, as JSON, the methods of nova's ComputeManager that nova's clients may call, with their argument names."""
import ast
import inspect
import json

from nova import safe_utils
from nova.compute import manager, rpcapi

# Called by nova.service in its own process, never over RPC.
OWN_PROCESS = {'reset', 'init_host', 'cleanup_host', 'pre_start_hook', 'post_start_hook', 'init_virt_events',
               'handle_events', 'handle_lifecycle_event', 'service_name', 'get_rpc_client', 'update_available_resource'}


def is_periodic(method):
    return hasattr(method, '_periodic_task')


def remote(cls):
    own = {name: getattr(cls, name) for name in vars(cls) if not name.startswith('_')}
    return {name: list(inspect.signature(safe_utils.get_wrapped_function(m)).parameters)[2:] for name, m in own.items()
            if inspect.isfunction(m) and name not in OWN_PROCESS and not is_periodic(m)}


def sent(module):
    """Method names that the client class puts into messages."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ('call', 'cast'):
            found |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return sorted(found)


print(json.dumps({'served': remote(manager.ComputeManager), 'sent': sent(rpcapi)}))
