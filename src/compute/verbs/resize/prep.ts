import { ServiceError } from '../../../errors/kinds.js';
import { create, type Flavor, type Migration } from '../../../objects/index.js';
import { dictArg, objectArg } from '../../arguments.js';
import { checkGroupPolicy, inGroupsTurn } from '../../group-policy.js';
import { flavorFacts, instanceFacts } from '../../instance-facts.js';
import { save, type InstanceOperation } from '../../operation.js';
import { instanceSettings } from '../../plan/instance-settings.js';
import type { NotificationPhase } from '../../ports/notifications.js';
import { groupHint } from '../build-request.js';
import { refuseVolumes } from '../volumes.js';
import { elsewhereOrTakeBack } from './elsewhere.js';
import { flavorRow } from './flavors.js';
import { checkEphemeral, checkFlavor } from './limits.js';
import { announce, dropOthers } from './remade.js';
import { migrationOf, saveMigration } from './migration.js';
import { orTakeBack } from './take-back.js';

/**
 * The first step of a resize, on the host that the server is to be on (nova/compute/manager.py prep_resize, release 26):
 * looks whether it can be, claims it, and hands on to the host that it is on. What cannot be is told before anything of
 * the server was touched.
 */
export async function prepResize(op: InstanceOperation): Promise<void> {
  const migration = await migrationOf(op);
  const flavor = newFlavor(op);
  await notify(op, flavor, 'start');
  try {
    const step = async (): Promise<void> => {
      const fixed = await checkWhatIsAsked(op, flavor);
      await claimInTurn(op, migration, flavor);
      if (fixed.length > 0) await announce(op, fixed);
      await handOn(op, migration, flavor);
    };
    await orTakeBack(op, migration, step, elsewhereOrTakeBack(flavor));
  } finally {
    await notify(op, flavor, 'end');
  }
}

/** Nova before release 24 (RPC 5) calls it `instance_type`. */
function newFlavor(op: InstanceOperation): Flavor {
  const { args } = op.request;
  return objectArg(args, args['flavor'] === undefined ? 'instance_type' : 'flavor', 'Flavor');
}

/** Gives what of the flavor needs a new container here. */
async function checkWhatIsAsked(op: InstanceOperation, flavor: Flavor): Promise<readonly string[]> {
  await checkEphemeral(op, flavor);
  const host = op.instance.get('host');
  const uuid = op.instance.get('uuid');
  if (host !== op.parts.settings.host) {
    await checkArrival(op, flavor);
    return [];
  }
  if (flavor.get('id') === op.instance.get('instance_type_id')) {
    throw new ServiceError('Conflict', `Unable to migrate instance (${uuid}) to current host (${host}).`, {
      nova: { name: 'UnableToMigrateToSelf', code: 400, kwargs: { instance_id: uuid, host } },
    });
  }
  const fixed = await checkFlavor(op, flavor);
  // Of an earlier resize, which is over.
  await dropOthers(op);
  return fixed;
}

/** Whether a server of another host can be here by what is set of it. */
async function checkArrival(op: InstanceOperation, flavor: Flavor): Promise<void> {
  const { args } = op.request;
  const image = dictArg(args, 'image');
  const facts = { ...instanceFacts(op.instance, op.parts.settings, image), flavor: flavorFacts(flavor) };
  instanceSettings(facts, op.parts.policy);
  refuseVolumes(await op.conductor.blockDevices.ofInstance(op.instance.get('uuid')));
}

/**
 * Whether its group wants it here, and the claim. Upstream looks before the claim, too, but holds the group for the look
 * alone: of two members that come to this host at once neither sees the other, and both stay.
 */
async function claimInTurn(op: InstanceOperation, migration: Migration, flavor: Flavor): Promise<void> {
  const { args } = op.request;
  const isHere = op.instance.get('host') === op.parts.settings.host;
  const hint = isHere ? null : groupHint(args, dictArg(args, 'filter_properties'));
  await inGroupsTurn(op, hint, async () => {
    await checkGroupPolicy(op, hint);
    await claim(op, migration, flavor);
  });
}

/** nova/compute/resource_tracker.py _move_claim, release 26: the migration says where to, the context how it was before. */
async function claim(op: InstanceOperation, migration: Migration, flavor: Flavor): Promise<void> {
  const { parts, instance } = op;
  const { host, node } = parts.settings;
  const vmState = instance.get('vm_state') ?? 'active';
  const context = create('MigrationContext', {
    ...{ instance_uuid: instance.get('uuid'), migration_id: migration.get('id') },
    ...{ old_numa_topology: null, new_numa_topology: null, old_pci_devices: null, new_pci_devices: null },
    ...{ old_pci_requests: null, new_pci_requests: null, old_resources: null, new_resources: null },
  });
  const row = {
    ...flavorRow({ current: instance.get('flavor'), before: null, after: flavor }),
    system_metadata: { ...instance.get('system_metadata'), old_vm_state: vmState },
    migration_context: context,
  };
  await save(op, row, ['resize_prep']);
  await saveMigration(op, migration, { dest_compute: host, dest_node: node, status: 'pre-migrating' });
  parts.node.usageChanged();
}

async function handOn(op: InstanceOperation, migration: Migration, flavor: Flavor): Promise<void> {
  const { args, uniqueId } = op.request;
  await op.conductor.peers.cast(
    {
      host: op.instance.get('host') ?? '',
      method: 'resize_instance',
      args: {
        ...{ instance: op.instance, migration, flavor },
        image: args['image'] ?? {},
        request_spec: args['request_spec'] ?? null,
        clean_shutdown: args['clean_shutdown'] ?? true,
      },
    },
    `${uniqueId}-resize`,
  );
}

async function notify(op: InstanceOperation, flavor: Flavor, phase: NotificationPhase): Promise<void> {
  const about = { context: op.request.context, instance: op.instance, phase } as const;
  await op.parts.notifications.instance({ ...about, action: 'resize_prep', newFlavor: flavor });
}
