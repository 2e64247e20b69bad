#!/usr/bin/python3
"""Writes src/config/nova-names.txt: the names that may rightly stand in a nova.conf, whoever reads them.

The service warns of a misspelt option only if the name is none of these. Sections come from the option registries of
the OpenStack packages installed on this machine (Debian's nova-compute and what it depends on); names of other
releases from source trees: for these only the names are collected, to hold in any section.

    tools/config/nova-names.py [source tree ...] > src/config/nova-names.txt
"""
import ast
import pathlib
import sys
import warnings

warnings.simplefilter('ignore')

from oslo_config import cfg, generator  # noqa: E402

NAMESPACES = [
    'nova.conf', 'oslo.log', 'oslo.messaging', 'oslo.policy', 'oslo.privsep', 'oslo.service.periodic_task',
    'oslo.service.service', 'oslo.service.sslutils', 'oslo.service.wsgi', 'oslo.db', 'oslo.db.concurrency',
    'oslo.cache', 'oslo.middleware', 'oslo.concurrency', 'oslo.reports', 'keystonemiddleware.auth_token',
    'keystonemiddleware.audit', 'osprofiler', 'os_vif', 'os_brick', 'oslo.versionedobjects', 'oslo.limit',
    'oslo.config', 'castellan.config',
]


def from_registries(sections):
    for _namespace, groups in generator._list_opts(NAMESPACES):
        for group, options in groups:
            name = getattr(group, 'name', group) or 'DEFAULT'
            for option in options:
                sections.setdefault(name, set()).add(option.dest)
                for old in option.deprecated_opts:
                    sections.setdefault(old.group or name, set()).add(old.name or option.dest)


def from_tree(tree, names, groups):
    for path in sorted(pathlib.Path(tree).rglob('*.py')):
        if 'tests' in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, 'attr', getattr(node.func, 'id', ''))
            if called != 'OptGroup' and not called.endswith('Opt'):
                continue
            texts = [argument.value for argument in node.args[:1] if isinstance(argument, ast.Constant)]
            texts += [k.value.value for k in node.keywords
                      if k.arg in ('deprecated_name', 'name') and isinstance(k.value, ast.Constant)]
            wanted = groups if called == 'OptGroup' else names
            wanted.update(text.replace('-', '_') for text in texts if isinstance(text, str))


def main():
    sections, anywhere, groups = {}, set(), set()
    from_registries(sections)
    for tree in sys.argv[1:]:
        from_tree(tree, anywhere, groups)
    for group in groups:
        sections.setdefault(group, set())
    known = set().union(*sections.values())
    print('# Written by tools/config/nova-names.py: section, then its names; * stands for any section.')
    for name in sorted(sections):
        print(name, *sorted(sections[name]))
    print('*', *sorted(anywhere - known))


if __name__ == '__main__':
    main()
