import { deepEqual, equal, rejects } from 'node:assert/strict';
import sinon from 'sinon';
import type { InstanceOperation } from '../../../../src/compute/operation.js';
import { dropGuest, planGuest, showPlan, wantsDrive, type GuestWish } from '../../../../src/compute/plan/guest-plan.js';
import { refreshDrives } from '../../../../src/compute/plan/refresh-drives.js';
import { instanceFacts } from '../../../../src/compute/instance-facts.js';
import type { FieldsOf } from '../../../../src/objects/index.js';
import type { InstanceSettings } from '../../../../src/settings/catalogue.js';
import { adminContext } from '../../../../src/oslo/index.js';
import { fakeParts, makeInstance, makeRequest, silent, UUID } from '../parts.js';

const KEY = 'ssh-ed25519 AAAA me';

function operation(
  fields: Partial<FieldsOf<'Instance'>> = {},
  settings: Partial<InstanceOperation['parts']['settings']> = {},
) {
  const doubles = fakeParts();
  const parts = { ...doubles.parts, settings: { ...doubles.parts.settings, ...settings } };
  const instance = makeInstance({ launched_at: null, ...fields });
  doubles.conductor.instances.get.resolves(instance);
  const op: InstanceOperation = {
    parts,
    request: makeRequest('build_and_run_instance', { instance }),
    attempt: 1,
    conductor: doubles.conductor,
    signal: new AbortController().signal,
    log: silent,
    instance,
  };
  return { ...doubles, op };
}

function wish(op: InstanceOperation, settings: InstanceSettings = {}, more: Partial<GuestWish> = {}): GuestWish {
  return {
    instance: instanceFacts(op.instance, op.parts.settings),
    settings,
    image: {
      imageId: 'i',
      reference: 'r',
      defaults: { entrypoint: [], command: ['sh'], labels: {}, variables: [], volumes: [] },
      sizeBytes: 1,
    },
    vifs: [],
    injectedFiles: [],
    adminPassword: null,
    ephemeralDisks: [],
    ...more,
  };
}

describe('compute/plan: what a container is made of', () => {
  it('is little for a plain server, and asks nobody for it', async () => {
    const { op, conductor, cpus, folders } = operation();
    const plan = await planGuest(op, wish(op));
    deepEqual([plan.cpus, plan.files, plan.contents], [null, [], []]);
    sinon.assert.notCalled(conductor.instances.get);
    sinon.assert.notCalled(cpus.reserve);
    sinon.assert.notCalled(folders.writeDrive);
  });

  it('sets CPUs aside for a server with its own, and tells it by its drive', async () => {
    const { op, cpus, folders } = operation({ config_drive: 'True' });
    const plan = await planGuest(op, wish(op, { cpu_policy: 'dedicated' }));
    sinon.assert.calledOnceWithExactly(cpus.reserve, UUID, 1);
    deepEqual(plan.cpus, [2, 3]);
    sinon.assert.calledWithMatch(folders.writeDrive, { cpus: [2, 3] });
  });

  it('brings keys and files', async () => {
    const { op, networks } = operation({ key_data: KEY });
    networks.guestFiles.returns([{ hostPath: '/s/hosts', guestPath: '/etc/hosts' }]);
    const motd = { path: '/etc/motd', data: Buffer.from('hi') };
    const plan = await planGuest(op, wish(op, {}, { injectedFiles: [motd] }));
    deepEqual(
      plan.contents.map(({ guestPath }) => guestPath),
      ['/root/.ssh/authorized_keys', '/etc/motd'],
    );
    const hosts = { path: '/etc/hosts', data: Buffer.from('') };
    await rejects(planGuest(op, wish(op, {}, { injectedFiles: [hosts] })), /made by the compute service/);
  });

  it('leaves the key out where the operator does not want it', async () => {
    const { op } = operation({ key_data: KEY }, { injectsKey: false });
    deepEqual((await planGuest(op, wish(op))).contents, []);
  });

  it('mounts what cannot be written', async () => {
    const { op, folders } = operation({ key_data: KEY });
    const mounted = { hostPath: '/s/files/0000', guestPath: '/root/.ssh/authorized_keys', readOnly: true };
    folders.keepContents.resolves([mounted]);
    const plan = await planGuest(op, wish(op, { read_only: true }));
    deepEqual([plan.contents, plan.files], [[], [mounted]]);
  });

  it('is shown without doing anything', async () => {
    const { op, cpus, folders } = operation({ key_data: KEY, config_drive: 'True' });
    const asked = wish(op, { cpu_policy: 'dedicated', read_only: true });
    const mounted = { hostPath: '/s/files/0000', guestPath: '/root/.ssh/authorized_keys', readOnly: true };
    folders.contentFiles.returns([mounted]);
    folders.keepContents.resolves([mounted]);
    cpus.choose.resolves([2, 3]);
    const shown = await showPlan(op, asked);
    for (const deed of [cpus.reserve, folders.writeDrive, folders.keepContents]) sinon.assert.notCalled(deed);
    deepEqual(shown, await planGuest(op, asked));
  });

  const wanted: [what: string, fields: Partial<FieldsOf<'Instance'>>, force: boolean, wants: boolean][] = [
    ['asked for', { config_drive: 'True' }, false, true],
    ['asked for with another word', { config_drive: '1' }, false, true],
    ['not asked for', { config_drive: '' }, false, false],
    ['unset', { config_drive: null }, false, false],
    ['forced for new servers', { config_drive: '' }, true, true],
    ['not forced upon old ones', { config_drive: '', launched_at: new Date(0) }, true, false],
    ['demanded by the image', { system_metadata: { image_img_config_drive: 'mandatory' } }, false, true],
    ['optional in the image', { system_metadata: { image_img_config_drive: 'optional' } }, false, false],
  ];
  for (const [what, fields, forceConfigDrive, wants] of wanted) {
    it(`gives a config drive, or not: ${what}`, () => {
      equal(wantsDrive(operation(fields, { forceConfigDrive }).op), wants);
    });
  }

  it('takes all of it away', async () => {
    const { op, cpus, folders } = operation();
    await dropGuest(op);
    sinon.assert.calledOnceWithExactly(cpus.release, UUID);
    sinon.assert.calledOnceWithExactly(folders.remove, UUID);
  });
});

describe('compute/plan: drives that stay current', () => {
  const context = adminContext('33333333-3333-4333-8333-333333333333', new Date(0));
  const { signal } = new AbortController();

  it('asks nobody when there is none', async () => {
    const { parts, conductor } = fakeParts();
    await refreshDrives(parts, context, signal);
    sinon.assert.notCalled(conductor.instances.onHost);
  });

  it('refreshes those that there are', async () => {
    const { parts, conductor, folders } = fakeParts();
    const other = '44444444-4444-4444-8444-444444444444';
    const ours = makeInstance({ info_cache: null });
    folders.withDrive.resolves(new Set([UUID]));
    conductor.instances.onHost.resolves([makeInstance({ uuid: other, info_cache: null }), ours]);
    await refreshDrives(parts, context, signal);
    sinon.assert.calledOnceWithExactly(folders.refreshDrive, ours, undefined);
  });
});
