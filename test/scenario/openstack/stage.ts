import type { ImageSource, ImageStore } from '../../../src/compute/ports/images.js';
import type { MovingAllocations } from '../../../src/compute/ports/placement.js';
import { unobserved, type CallObserver } from '../../../src/observe/calls.js';
import type { RequestContext } from '../../../src/observe/context.js';
import { createAllocations, type ProviderAllocations } from '../../../src/openstack/allocations.js';
import { createGlance } from '../../../src/openstack/glance.js';
import { Credentials } from '../../../src/openstack/keystone.js';
import { createProviders, type Providers } from '../../../src/openstack/placement.js';
import { Session } from '../../../src/openstack/session.js';
import { createShares, type Shares } from '../../../src/openstack/shares.js';
import { createTransport } from '../../../src/openstack/transport.js';
import { userContext } from '../../unit/openstack/session-double.js';

/** What a scenario works with: our clients, and whoever else uses the same cloud. */
export interface Stage {
  readonly providers: Providers;
  readonly allocations: MovingAllocations & ProviderAllocations;
  readonly shares: Shares;
  readonly images: ImageSource & ImageStore;
  /** A request of the user demo, with a token. */
  readonly user: RequestContext;
  /** Does what is not ours to do (nova-api's part, say); nothing is done when the cloud is a recording. */
  readonly others: (work: (others: Others) => Promise<unknown>) => Promise<void>;
  /** First group of the ids of images: Glance never takes the id of a deleted image again. */
  readonly imagePrefix: string;
  close(): void;
}

/** The cloud as others use it. */
export interface Others {
  ask(who: 'admin' | 'demo', api: 'placement' | 'image', request: OthersRequest): Promise<void>;
}

export interface OthersRequest {
  readonly method: 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  readonly path: string;
  readonly body?: unknown;
  readonly microversion?: string;
  readonly contentType?: string;
  /** Fine beside those below 400. */
  readonly accept?: readonly number[];
}

export interface StageWish {
  readonly keystoneUrl: string;
  readonly placementUrl: string;
  readonly glanceUrl: string;
  readonly password: string;
  readonly userToken: string;
  readonly others: Stage['others'];
  readonly imagePrefix: string;
  readonly now: () => Date;
  readonly observer?: CallObserver;
}

export interface Scenario {
  readonly name: string;
  readonly run: (stage: Stage) => Promise<void>;
}

/** Our clients against that cloud, as app.ts would make them. */
export function makeStage(wish: StageWish): Stage {
  const transport = createTransport({ insecure: false });
  const pause = () => Promise.resolve();
  const common = { transport, pause, observer: wish.observer ?? unobserved };
  const credentials = new Credentials({
    settings: {
      ...{ section: 'placement', authUrl: wish.keystoneUrl, username: 'nova', password: wish.password },
      ...{ userDomainName: 'Default', projectName: 'service', projectDomainName: 'Default' },
    },
    ...{ ...common, timeoutMs: 30_000, retries: 1, now: wish.now },
  });
  const limits = { timeoutMs: 30_000, stallTimeoutMs: 30_000, retries: 1 };
  const session = (section: string, type: string) => ({
    ...{ ...common, limits, credentials },
    endpoint: { section, serviceTypes: [type], region: 'RegionOne', interfaces: ['internal', 'public'], overrides: [] },
  });
  const placement = new Session({ ...session('placement', 'placement'), system: 'placement' });
  const glance = new Session({ ...session('glance', 'image'), system: 'glance', version: 'v2' });
  const endpoints = [{ region: 'RegionOne', publicURL: wish.glanceUrl, internalURL: wish.glanceUrl, adminURL: null }];
  return {
    providers: createProviders(placement),
    allocations: createAllocations(placement),
    shares: createShares(placement),
    images: createGlance(glance),
    user: userContext({ authToken: wish.userToken, serviceCatalog: [{ type: 'image', name: 'glance', endpoints }] }),
    others: wish.others,
    imagePrefix: wish.imagePrefix,
    close: () => transport.close(),
  };
}
