import { option, type Section } from '../option.js';
import { ipNetwork } from '../values/addresses.js';
import { list } from '../values/containers.js';
import { boolean, float, integer, oneOf, string } from '../values/scalars.js';
import { byteSize } from '../values/sizes.js';

const localSocket = string(
  /^unix:\/\/\/./,
  'unix:///path of the socket of an engine on this machine. A remote engine cannot work: networks and volumes are ' +
    'wired into containers where this service runs, so run the service beside the engine',
);

const engine = {
  host_url: option(localSocket, {
    default: 'unix:///var/run/docker.sock',
    help:
      'The engine: unix:///path of its socket. It must be on this machine, because networks and volumes are wired ' +
      'into containers here; any other scheme stops the start.',
  }),
  api_timeout: option(integer({ min: 1 }), {
    default: 30,
    help: 'Seconds to wait for the engine where it has little to do. Long work and streams are not limited by this.',
  }),
  runtime: option(string(/^[A-Za-z0-9._-]*$/, "the name of a runtime in the engine's configuration"), {
    default: 'nova',
    help:
      "OCI runtime, by its name in the engine's configuration: the one that brings ports into containers, which " +
      "`nova-compute-docker setup` registers. Empty: the engine's default.",
  }),
};

const containers = {
  cpu_limit: option(oneOf('quota', 'shares'), {
    default: 'quota',
    help:
      'What the vCPUs of a flavor mean. quota: the container never uses more CPU time than so many CPUs; shares: it ' +
      'may use idle CPUs as well and gets its part when they are scarce.',
  }),
  pids_limit: option(integer({ min: 1 }), {
    default: 4096,
    help: 'Processes and threads that one container may have, so that a fork bomb stays inside.',
  }),
  unlimited_root_disk: option(oneOf('warn', 'refuse'), {
    default: 'warn',
    help:
      "A flavor's root disk bounds what a container writes where the engine's storage can hold it to that: overlay2 on XFS " +
      'mounted with prjquota, btrfs, zfs, devicemapper. Elsewhere, warn: such a container is not bounded, and the log says ' +
      'so once; refuse: it is not made here. Volumes are never bounded, so the same is done with ephemeral disks everywhere.',
  }),
  no_new_privileges: option(boolean(), {
    default: true,
    help: 'Processes in containers cannot gain privileges through set-user-id programs.',
  }),
  capabilities: option(list(string(/^[A-Z_]+$/, 'Linux capabilities in capitals, without CAP_')), {
    default: [
      ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID'],
      ...['SETPCAP', 'SETUID', 'SYS_CHROOT'],
    ],
    help:
      "What a container keeps of root's powers. The default is the engine's own without NET_RAW (crafted packets) and " +
      'MKNOD (device nodes).',
  }),
  log_max_size: option(byteSize({ min: 1024 }), {
    default: 10 * 2 ** 20,
    help: 'Size to which a console log of a container grows before it is rotated.',
  }),
  log_max_files: option(integer({ min: 1 }), {
    default: 2,
    help: 'Files that are kept of the console log of a container.',
  }),
};

const name = string(/^[A-Za-z0-9._-]+$/, "names of runtimes in the engine's configuration");

/** What flavors, images and servers may set of containers, and what of it this host does. */
const settings = {
  settings_policy_file: option(string(), {
    help:
      'Who may set what of a container by docker:* in flavors and server metadata and docker_* in images. ' +
      'Unset: the docker-settings.conf that comes with this service; it explains itself. A mistake stops the start; ' +
      'found by a SIGHUP, it leaves everything as it was.',
    reloadable: true,
  }),
  allowed_runtimes: option(list(name), {
    default: [],
    help:
      'OCI runtimes beside `runtime` that a flavor may choose by docker:runtime. Ports come into a container by its ' +
      'runtime, so each has to be nova-runtime, with another runc in it: a server with ports that any other one started ' +
      'is stopped again, with a fault that says so.',
  }),
  allow_privileged: option(boolean(), {
    default: false,
    help: 'Flavors may make containers privileged by docker:privileged: these can do to this host what root can.',
  }),
  allowed_devices: option(list(string(/^\/dev\/./, 'paths of devices below /dev')), {
    default: ['/dev/fuse', '/dev/net/tun'],
    help: 'Devices of this host that flavors may give to containers by docker:device; * stands for anything.',
  }),
  inject_key: option(boolean(), {
    default: true,
    help: "Put a server's public key behind those in /root/.ssh/authorized_keys of its new container.",
  }),
  config_drive_refresh_interval: option(integer({ min: 1 }), {
    default: 60,
    help:
      'Seconds between two looks whether config drives still tell what Nova knows of their servers (metadata, names, ' +
      'addresses). They are brought up to date at every start and reboot, too.',
  }),
  lxcfs_path: option(string(/^(\/.*)?$/, 'an absolute path'), {
    default: '/var/lib/lxcfs',
    help:
      'Where lxcfs runs, if it does: then uptime, free and /proc/cpuinfo in a container are its own. A container keeps ' +
      'what it was made with, so lxcfs has to go on running. It shows as many CPUs as a flavor has when it is started ' +
      'with --enable-cfs. Empty: not used.',
  }),
};

const states = {
  console_proxies: option(list(ipNetwork()), {
    default: [],
    help:
      'Addresses or networks (192.0.2.0/24) from which nova-serialproxy connects to consoles. A console listens only for ' +
      'the moment after the proxy has shown a good token, to one connection, but that has no password: whoever else ' +
      'reaches the port in this moment could be first. Others than these are turned away. Empty: anybody is let in.',
  }),
  start_grace: option(float({ min: 0 }), {
    default: 0.05,
    help:
      'Seconds for which a new container must run before its instance is ACTIVE; one whose command ends sooner makes ' +
      'the boot fail, with its exit code and last lines of output. Flavors, images and servers may say another time ' +
      '(docker:start_grace) or that the command is meant to end (docker:oneshot).',
  }),
  orphan_action: option(oneOf('log', 'remove'), {
    default: 'log',
    reloadable: true,
    help:
      'What happens to containers and networks of this service that belong to no server of this host. log: they are told ' +
      'of; remove: those of servers that Nova does not know, or has settled on another host, are removed.',
  }),
  orphan_poll_interval: option(integer(), {
    default: 1800,
    reloadable: true,
    help: 'Seconds between two looks for such. 0 or less: never.',
  }),
  stop_event_debounce: option(float({ min: 0 }), {
    default: 0.3,
    help: 'Seconds for which a container must stay stopped before Nova is told; a restart within them is no stop.',
  }),
};

const moves = {
  live_migration: option(oneOf('none', 'checkpoint'), {
    default: 'none',
    help:
      'How running servers are moved to other hosts. none: they are not; checkpoint: their processes are written to ' +
      'files, sent, and taken up on the other host, by CRIU. A server stands still meanwhile, for some seconds and more ' +
      'with much memory. An experiment of the engine, which needs settings of its own: `nova-compute-docker setup` makes ' +
      'them, `nova-compute-docker check` tells what is missing.',
  }),
  live_migration_max_memory_mb: option(integer({ min: 1 }), {
    default: 1024,
    help:
      'A server that uses more memory than this (MiB) is not moved while it runs: all of it goes over the disks of both ' +
      'hosts while the server stands still.',
  }),
};

const images = {
  image_download_concurrency: option(integer({ min: 1 }), {
    default: 2,
    help: 'Images that are fetched into the engine at the same time.',
  }),
  image_stall_timeout: option(integer({ min: 1 }), {
    default: 60,
    help: 'Seconds without a byte of image data after which a download has failed.',
  }),
  max_image_size: option(byteSize({ min: 1 }), {
    default: 64 * 2 ** 30,
    help: 'Images that are larger than this when unpacked are refused.',
  }),
  allowed_registries: option(
    list(string(/^[A-Za-z0-9.-]+(:\d+)?(\/[a-z0-9._/-]+)?$/, 'HOST, HOST:PORT or HOST:PORT/PATH')),
    {
      default: [],
      help:
        'Registries that images in Glance may refer to (property docker_image): HOST[:PORT], or HOST[:PORT]/PATH for a ' +
        'part of one; docker.io is Docker Hub. Empty: none. Every project may boot whatever the engine of this host gets ' +
        'there, with the credentials below.',
      reloadable: true,
    },
  ),
  registry_auth_file: option(string(/^(\/.*)?$/, 'an absolute path'), {
    default: '',
    help:
      'Credentials for registries, as `docker login` writes them (the `auths` of a config.json). Only root may be able to ' +
      'read it (chmod 600). Read at each use. Empty: none.',
    reloadable: true,
  }),
  registry_tag_policy: option(oneOf('if-not-present', 'always', 'refuse'), {
    default: 'if-not-present',
    help:
      'What an image in Glance means that refers to a tag. if-not-present: what the tag meant when this host first ' +
      'fetched it, as long as the host keeps that; always: what it means at each boot; refuse: such images are refused, ' +
      'only digests mean the same on every host.',
    reloadable: true,
  }),
};

/** This service's own section; nothing in it is Nova's. */
export const docker = {
  help: "Containers. These options are this service's own; an unknown one in this section stops the start.",
  options: { ...engine, ...containers, ...settings, ...states, ...moves, ...images },
} satisfies Section;
