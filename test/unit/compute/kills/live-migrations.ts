import { create, type FieldsOf } from '../../../../src/objects/index.js';
import { HOST } from '../parts.js';
import { line, type Line } from './table.js';

const OTHER = 'host-2';
const KEY = { system_metadata: { live_migration_key: 'a2V5' }, migration_context: null };
const OFF = { power: 4 } as const;
const SENT = ['image', 'image of memory'];

const between = (from: string, to: string, status: string): Partial<FieldsOf<'Migration'>> => ({
  ...{ source_compute: from, source_node: from, dest_compute: to, dest_node: to, status },
  migration_type: 'live-migration',
});

const asked = () => ({
  dest: OTHER,
  block_migration: false,
  migrate_data: create('HyperVLiveMigrateData', { is_volume_backed: false }),
});

const MIGRATING = ['active', 'migrating'] as const;
const AWAY = { row: { migration_context: null }, migration: between(HOST, OTHER, 'accepted') };
const ARRIVING = {
  row: { ...KEY, vm_state: 'active', task_state: 'migrating', power_state: 1, host: OTHER, node: OTHER },
  migration: between(OTHER, HOST, 'post-migrating'),
  holds: SENT,
};
const SENT_BACK = {
  row: KEY,
  ...OFF,
  migration: between(HOST, OTHER, 'failed'),
  holds: ['checkpoint', ...SENT],
};

/** One step each: what it sends is another host's. */
export const LIVE_MIGRATIONS: readonly Line[] = [
  line('live_migration', MIGRATING, 'active', {
    about: 'to another host',
    before: AWAY,
    task: 'migrating',
    args: asked,
  }),
  ...['peers.call', 'checkpoints.take', 'library.upload'].map((fails) =>
    line('live_migration', MIGRATING, 'active', {
      about: `where ${fails} fails`,
      before: { ...AWAY, fails },
      args: asked,
    }),
  ),
  ...['networks.takeOver', 'checkpoints.restore'].map((away) =>
    line('live_migration', MIGRATING, 'active', {
      about: `that is taken back while nobody answers ${away}`,
      before: { ...AWAY, fails: 'library.upload', away },
      args: asked,
    }),
  ),
  {
    verb: 'post_live_migration_at_destination',
    about: 'of a server that comes',
    before: ARRIVING,
    end: 'active',
  },
  ...['containers.create', 'checkpoints.restore'].map((fails): Line => {
    return {
      verb: 'post_live_migration_at_destination',
      about: `where ${fails} fails, so that it goes back`,
      before: { ...ARRIVING, fails },
      end: 'active',
      task: 'migrating',
    };
  }),
  line('post_live_migration_at_source', ['active', null], 'active', {
    about: 'of a server that has left',
    before: {
      row: { host: OTHER, node: OTHER },
      ...OFF,
      migration: between(HOST, OTHER, 'post-migrating'),
      holds: ['checkpoint'],
    },
  }),
  line('rollback_live_migration_at_source', MIGRATING, 'active', {
    about: 'of a server that comes back',
    before: SENT_BACK,
  }),
  {
    verb: 'rollback_live_migration_at_destination',
    about: 'of a server that did not come',
    before: { ...ARRIVING, migration: between(OTHER, HOST, 'failed'), holds: ['folder'] },
    end: 'active',
    task: 'migrating',
  },
];
