import sinon from 'sinon';
import type { Conductor, InstanceFilter, Period, ServerGroup } from '../../../src/compute/ports/conductor.js';
import type { Instance, Migration } from '../../../src/objects/index.js';

/** What was written to the instance row, in order, with the expectation it was written under. */
export interface Saved {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly expectedTask: readonly (string | null)[] | undefined;
}

/** A conductor that keeps what it is told; each method is a stub that a test may replace. */
export function fakeConductor(saved: Saved[], instance: Instance) {
  return {
    instances: {
      get: sinon.stub<[string, readonly string[]], Promise<Instance>>().resolves(instance),
      save: sinon.spy((instance: Instance, options?: { expectedTask?: readonly (string | null)[] }) => {
        const changes = instance.changes();
        if (changes.length === 0) return Promise.resolve();
        const fields = Object.fromEntries(changes.map((field) => [field, instance.peekUntyped(field)]));
        saved.push({ fields, expectedTask: options?.expectedTask });
        instance.resetChanges();
        return Promise.resolve();
      }),
      destroy: sinon.stub().resolves(),
      onHost: sinon.stub<[string, readonly string[]], Promise<readonly Instance[]>>().resolves([]),
      find: sinon.stub<[InstanceFilter, readonly string[]], Promise<readonly Instance[]>>().resolves([]),
      activeIn: sinon.stub<[Period, string, readonly string[]], Promise<readonly Instance[]>>().resolves([]),
      uuidsOnHost: sinon.stub<[string], Promise<readonly string[]>>().resolves([]),
    },
    events: {
      start: sinon.stub().resolves(),
      finish: sinon.stub().resolves(),
      begin: sinon.stub().resolves(),
      note: sinon.stub().resolves(),
      record: sinon.stub().resolves(),
      isFinished: sinon.stub<[string, string], Promise<boolean | undefined>>().resolves(false),
      hasFailed: sinon.stub<[string, string], Promise<boolean>>().resolves(false),
    },
    blockDevices: {
      ofInstance: sinon.stub().resolves([]),
      save: sinon.stub().resolves(),
      destroy: sinon.stub().resolves(),
    },
    consoleTokens: {
      authorize: sinon.stub().resolves({ token: 'secret', accessUrl: 'ws://proxy/?token=secret' }),
      cleanForInstance: sinon.stub().resolves(),
      cleanExpired: sinon.stub().resolves(),
    },
    usageAudits: {
      isDone: sinon.stub<[Period], Promise<boolean>>().resolves(false),
      begin: sinon.stub().resolves(),
      end: sinon.stub().resolves(),
    },
    networks: {
      cache: sinon.stub().resolves([]),
      saveCache: sinon.stub().resolves(),
      add: sinon.stub().resolves(),
      remove: sinon.stub().resolves(),
      removeAll: sinon.stub().resolves(),
      order: sinon.stub().resolves([]),
    },
    groups: {
      ofHint: sinon.stub<[string], Promise<ServerGroup | undefined>>().resolves(undefined),
      ofInstance: sinon.stub<[string], Promise<ServerGroup | undefined>>().resolves(undefined),
      hostsOf: sinon.stub<[ServerGroup, string], Promise<readonly string[]>>().resolves([]),
      movingTo: sinon.stub<[string, string], Promise<readonly string[]>>().resolves([]),
    },
    migrations: {
      get: sinon.stub<[number], Promise<Migration>>(),
      evacuatedFrom: sinon.stub<[string], Promise<readonly Migration[]>>().resolves([]),
      underWay: sinon.stub<[string], Promise<readonly Migration[]>>().resolves([]),
      unconfirmed: sinon.stub<[string, number], Promise<readonly Migration[]>>().resolves([]),
      save: sinon.stub().resolves(),
    },
    peers: {
      cast: sinon.stub().resolves(),
      call: sinon.stub().resolves(null),
      lastSeen: sinon.stub<[string], Promise<Date | null>>().resolves(null),
    },
    tasks: { buildInstances: sinon.stub().resolves(), migrateServer: sinon.stub().resolves() },
    scheduler: {
      instanceChanged: sinon.stub().resolves(),
      instanceDeleted: sinon.stub().resolves(),
      sync: sinon.stub().resolves(),
    },
    createFault: sinon.stub().resolves(),
  } satisfies Conductor;
}
