/**
 * The house's one-way streets. Base rooms know nothing of Nova; compute/ knows no adapter, only its ports;
 * app/ alone puts the parts together.
 */
const rooms =
  'app|cli|config|config-drive|observe|oslo|objects|compute|conductor|console|docker|network|openstack|resources|periodic|notify|' +
  'settings|errors';

/** Room -> the rooms that it may import. A room not named here may be imported by app/ and cli/ only. */
const allowed = {
  errors: [],
  config: ['errors'],
  observe: ['errors'],
  settings: ['errors', 'config'],
  oslo: ['errors', 'observe'],
  objects: ['errors'],
  conductor: ['errors', 'observe', 'oslo', 'objects', 'compute'],
  notify: ['errors', 'observe', 'oslo', 'objects', 'compute'],
  compute: ['errors', 'observe', 'objects', 'settings'],
  console: ['errors', 'observe', 'compute'],
  docker: ['errors', 'observe', 'objects', 'compute', 'settings'],
  'config-drive': ['errors', 'observe', 'objects', 'compute'],
  network: ['errors', 'observe', 'objects', 'compute', 'openstack'],
  openstack: ['errors', 'observe', 'objects', 'compute'],
  resources: ['errors', 'observe', 'objects', 'compute', 'openstack'],
  periodic: ['errors', 'observe', 'objects', 'compute'],
};

const streets = Object.entries(allowed).map(([room, others]) => ({
  name: `${room}-imports`,
  comment: `${room}/ may import ${[room, ...others].join(', ')} and nothing else of src/`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...others].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...streets,
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    {
      name: 'a-room-for-everything',
      comment: 'a new folder of src/ needs a place in this file',
      severity: 'error',
      from: { path: `^src/(?!(${rooms})/)[^/]+/` },
      to: {},
    },
    {
      name: 'only-app-builds',
      comment: 'app/ is the only place that constructs long-lived parts; only main.ts and cli/ reach it',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main\\.ts|(app|cli)/)' },
      to: { path: '^src/(main\\.ts|app/)' },
    },
    {
      name: 'dockerode-in-one-place',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/docker/engine' },
      to: { path: 'node_modules/dockerode' },
    },
    {
      name: 'amqplib-in-oslo',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/oslo/' },
      to: { path: 'node_modules/amqplib' },
    },
    {
      name: 'axios-in-openstack',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/openstack/' },
      to: { path: 'node_modules/axios' },
    },
    { name: 'no-test-in-src', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|tools)/' } },
    {
      name: 'not-to-dev-dep',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/', pathNot: '\\.d\\.ts$' }, to: {} },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
