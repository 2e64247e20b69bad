"""Reads cases from standard input and tells what the installed oslo.config makes of them.

A case: {"options": [{group, name, kind, multi, default, old}], "files": [text], "environment": {name: text}}.
Answer: {"fails": line} if a file cannot be parsed, else {"values": {"group.name": value}, "errors": ["group.name"]}.
With the argument `registry`: all options of Nova and its libraries instead, as far as they can be compared.
"""
import json
import os
import re
import sys
import tempfile
import warnings

warnings.simplefilter('ignore')

from oslo_config import cfg, generator, types  # noqa: E402

KINDS = {
    'string': lambda: types.String(),
    'choice': lambda: types.String(choices=['one', 'two', 'three four']),
    'boolean': lambda: types.Boolean(),
    'integer': lambda: types.Integer(min=-5, max=1000),
    'float': lambda: types.Float(),
    'port': lambda: types.Port(),
    'list': lambda: types.List(),
    'integers': lambda: types.List(types.Integer()),
    'dict': lambda: types.Dict(),
    'ip': lambda: types.IPAddress(),
    'address': lambda: types.HostAddress(),
    'domain': lambda: types.HostDomain(),
    'uri': lambda: types.URI(),
}


def plain(value):
    if isinstance(value, float) and value != value:
        return 'nan'
    if value in (float('inf'), float('-inf')):
        return str(value)
    return value


def ask(case):
    conf = cfg.ConfigOpts()
    for option in case['options']:
        made = (cfg.MultiOpt if option.get('multi') else cfg.Opt)(
            option['name'], KINDS[option['kind']](), default=option.get('default', [] if option.get('multi') else None),
            deprecated_opts=[cfg.DeprecatedOpt(old.get('name') or option['name'], group=old.get('group')) for old in option.get('old', [])])
        conf.register_opt(made, group=None if option['group'] == 'DEFAULT' else option['group'])
    for name in [name for name in os.environ if name.startswith('OS_')]:
        del os.environ[name]
    os.environ.update(case.get('environment', {}))
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, text in enumerate(case['files']):
            paths.append(os.path.join(folder, '%d.conf' % number))
            with open(paths[-1], 'w', newline='', encoding='utf-8') as file:
                file.write(text)
        try:
            conf([part for path in paths for part in ('--config-file', path)], default_config_files=[], default_config_dirs=[])
        except cfg.ConfigFileParseError as error:
            return {'fails': int(re.search(r'\.conf:(\d+),', str(error)).group(1))}
    values, errors = {}, []
    for option in case['options']:
        group, name = option['group'], option['name']
        try:
            values['%s.%s' % (group, name)] = plain((conf if group == 'DEFAULT' else conf[group])[name])
        except (cfg.Error, ValueError, RecursionError):
            errors.append('%s.%s' % (group, name))
    return {'values': values, 'errors': errors}


def registry():
    found = {}
    for _namespace, groups in generator._list_opts(['nova.conf', 'oslo.log', 'oslo.messaging', 'oslo.concurrency', 'oslo.service.service', 'os_vif']):
        for group, options in groups:
            section = getattr(group, 'name', group) or 'DEFAULT'
            for option in options:
                found.setdefault(section, {})[option.dest] = {
                    'kind': type(option).__name__,
                    'default': option.default if json_able(option.default) else None,
                    'min': getattr(option.type, 'min', None),
                    'max': getattr(option.type, 'max', None),
                    'choices': list(getattr(option.type, 'choices', None) or []),
                    'multi': option.multi,
                    'secret': option.secret,
                    'old': [{'group': old.group or section, 'name': old.name or option.dest} for old in option.deprecated_opts],
                }
    return found


def json_able(value):
    return value is None or isinstance(value, (str, int, float, bool, list, dict))


if __name__ == '__main__':
    json.dump(registry() if 'registry' in sys.argv else [ask(case) for case in json.load(sys.stdin)], sys.stdout)
