import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plane } from '../plane.js';
import { accepts } from './reach.js';
import type { Service } from './service.js';

/** Erlang's port mapper, started here in the foreground: RabbitMQ would start one that outlives it. */
export const epmd: Service = {
  name: 'epmd',
  packages: ['broker'],
  needs: [],
  ports: ['epmd'],
  files: () => [],
  command: (plane) => ({ argv: ['epmd', '-address', '127.0.0.1', '-port', String(plane.ports.epmd)] }),
  ready: (plane) => accepts(plane.ports.epmd),
};

/** The broker, with its own node name, database and cookie, as root (Debian's wrapper would insist on /var/lib). */
export const rabbitmq: Service = {
  name: 'rabbitmq',
  packages: ['broker'],
  needs: ['epmd'],
  ports: ['rabbitmq', 'rabbitmqDist'],
  files: (plane) => [
    { path: join(plane.etc, 'rabbitmq', 'rabbitmq.conf'), text: brokerOptions(plane) },
    { path: join(plane.etc, 'rabbitmq', 'enabled_plugins'), text: '[].\n' },
    // The environment file of /etc must not be read; an empty one of our own stands in for it.
    { path: join(plane.etc, 'rabbitmq', 'rabbitmq-env.conf'), text: '' },
  ],
  prepare: async (plane) => {
    await mkdir(join(plane.data, 'rabbitmq'), { recursive: true });
  },
  command: (plane) => ({ argv: ['/usr/lib/rabbitmq/bin/rabbitmq-server'], env: rabbitmqEnvironment(plane) }),
  ready: (plane) => accepts(plane.ports.rabbitmq),
  graceMs: 15_000,
};

function brokerOptions(plane: Plane): string {
  return [
    `listeners.tcp.1 = 127.0.0.1:${plane.ports.rabbitmq}`,
    'default_user = openstack',
    `default_pass = ${plane.secrets.rabbitmq}`,
    'default_permissions.configure = .*',
    'default_permissions.read = .*',
    'default_permissions.write = .*',
    'loopback_users = none',
    'log.file = false',
    'log.console = true',
    'log.console.level = info',
    'disk_free_limit.absolute = 50MB',
    '',
  ].join('\n');
}

/** For the broker and for `rabbitmqctl`. Node names are by address, so that no line of /etc/hosts matters. */
export function rabbitmqEnvironment(plane: Plane): Record<string, string> {
  const data = join(plane.data, 'rabbitmq');
  const etc = join(plane.etc, 'rabbitmq');
  return {
    HOME: data,
    RABBITMQ_CONF_ENV_FILE: join(etc, 'rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: join(etc, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(etc, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(etc, 'enabled_plugins'),
    RABBITMQ_NODENAME: `${plane.tag}@127.0.0.1`,
    RABBITMQ_USE_LONGNAME: 'true',
    RABBITMQ_MNESIA_BASE: join(data, 'mnesia'),
    RABBITMQ_LOG_BASE: plane.log,
    RABBITMQ_PID_FILE: join(data, 'pid'),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(plane.ports.rabbitmq),
    RABBITMQ_DIST_PORT: String(plane.ports.rabbitmqDist),
    ERL_EPMD_PORT: String(plane.ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}',
  };
}
