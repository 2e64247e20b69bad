import { option, type Section } from '../option.js';
import { list } from '../values/containers.js';
import { boolean, float, integer, oneOf, string } from '../values/scalars.js';

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
    default: 120,
    reloadable: true,
    help: 'Seconds to wait for the engine to answer. Streams (images, logs, events) are not limited.',
  }),
  runtime: option(string(/^[A-Za-z0-9._-]*$/, "the name of a runtime in the engine's configuration"), {
    default: '',
    help: "OCI runtime, by its name in the engine's configuration. Empty: the engine's default.",
  }),
  allowed_runtimes: option(list(), {
    default: [],
    help: 'Further runtimes that a flavor may ask for with docker:runtime.',
  }),
};

const limits = {
  cpu_limit: option(oneOf('quota', 'shares'), {
    default: 'quota',
    help:
      'What the vCPUs of a flavor mean. quota: the container never uses more CPU time than so many CPUs; shares: it ' +
      'may use idle CPUs as well and gets its part when they are scarce.',
  }),
  swap_limit: option(oneOf('flavor', 'unlimited'), {
    default: 'flavor',
    help: "Swap on top of the flavor's memory. flavor: as much as the flavor says (mostly none); unlimited: no limit.",
  }),
  pids_limit: option(integer({ min: -1 }), {
    default: 4096,
    help: 'Processes and threads that one container may have, so that a fork bomb stays inside. -1: no limit.',
  }),
  shm_size_mb: option(integer({ min: 1 }), {
    default: 64,
    help: 'MiB of /dev/shm in a container.',
  }),
  root_disk_quota: option(oneOf('auto', 'off', 'require'), {
    default: 'auto',
    help:
      "Limit the writable layer to the flavor's root disk. auto: where the engine's storage can; require: refuse to " +
      'start where it cannot; off: never.',
  }),
};

const isolation = {
  init: option(boolean(), {
    default: true,
    help: "Run the engine's init as process 1, which passes signals on and reaps zombies. Images may say docker_init=false.",
  }),
  no_new_privileges: option(boolean(), {
    default: true,
    help: 'Processes in containers cannot gain privileges through set-user-id programs.',
  }),
  capabilities_add: option(list(), {
    default: [],
    help: "Linux capabilities that all containers get on top of the engine's default, e.g. NET_ADMIN.",
  }),
  capabilities_drop: option(list(), {
    default: [],
    help: "Linux capabilities of the engine's default that no container gets, e.g. NET_RAW.",
  }),
};

const logs = {
  log_max_size: option(string(/^\d+[kmg]?$/, 'a number of bytes, perhaps with k, m or g'), {
    default: '10m',
    help: 'Size at which the console log of a container is rotated, in bytes or with k, m or g.',
  }),
  log_max_files: option(integer({ min: 1 }), {
    default: 2,
    help: 'Files that are kept of the console log of a container.',
  }),
};

const states = {
  start_grace: option(float({ min: 0 }), {
    default: 1,
    reloadable: true,
    help:
      'Seconds for which a new container must run before its instance counts as ACTIVE; one whose command ends sooner ' +
      'makes the boot fail with its exit code and last lines of output. 0: do not look.',
  }),
  stop_event_debounce: option(float({ min: 0 }), {
    default: 2,
    reloadable: true,
    help: 'Seconds for which a container must stay stopped before Nova is told; a restart within them is no stop.',
  }),
};

const images = {
  image_download_concurrency: option(integer({ min: 1 }), {
    default: 2,
    reloadable: true,
    help: 'Images that are fetched into the engine at the same time.',
  }),
  max_image_size_gb: option(integer({ min: 0 }), {
    default: 0,
    reloadable: true,
    help: 'GiB of image data, unpacked, above which an image is refused. 0: no limit.',
  }),
  image_import_path: option(string(), {
    default: '$state_path/images',
    help: 'Directory for image data that has to be looked through before the engine may see it.',
  }),
  allowed_registries: option(list(), {
    default: [],
    help: 'Registries (host[:port]) from which images with docker_image may be pulled. Empty: none.',
  }),
};

/** This service's own section; nothing in it is Nova's. */
export const docker = {
  help: "Containers. These options are this service's own; an unknown one in this section stops the start.",
  options: { ...engine, ...limits, ...isolation, ...logs, ...states, ...images },
} satisfies Section;
