import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePorts } from './machine/ports.js';
import {
  CABLE_NET,
  CHECKOUT,
  DEFAULT_PORTS,
  planeOf,
  planesFolder,
  type ComputeHost,
  type ComputeKind,
  type Overrides,
  type Plane,
  type PlaneRecord,
  type Secrets,
  type Switch,
} from './plane.js';
import { findRelease } from './releases.js';
import { Trouble } from './trouble.js';

/** What a caller may ask of a plane; what is not given stays as it was, or takes its default for a new plane. */
export interface PlaneWish {
  readonly name: string;
  readonly release?: string | undefined;
  readonly isolated?: boolean | undefined;
  readonly compute?: ComputeKind | undefined;
  readonly switch?: Switch | undefined;
  /** How many compute hosts. */
  readonly hosts?: number | undefined;
  readonly only?: readonly string[] | null | undefined;
  readonly overrides?: Overrides | undefined;
}

/** The names that are safe as a folder, a network namespace and a control group. */
const NAME = /^[a-z][a-z0-9-]{0,31}$/;

/**
 * The plane of that name, or null when there is none.
 * @throws Trouble when its record is of another format.
 */
export function loadPlane(name: string, checkout = CHECKOUT): Plane | null {
  checkName(name);
  const file = join(planesFolder(checkout), name, 'plane.json');
  if (!existsSync(file)) return null;
  const record = JSON.parse(readFileSync(file, 'utf8')) as PlaneRecord;
  if (record.format !== 1) {
    throw new Trouble(`${file} was written by another version of these tools`, {
      hint: `stop what it runs by the pids in ${join(dirname(file), 'run')}, remove the folder and bring it up again`,
    });
  }
  const ports = { ...DEFAULT_PORTS, ...record.ports };
  return planeOf({ ...NEW_SINCE, ...record, ports }, findRelease(record.release), checkout);
}

/** What records lack that older tools of the same format wrote. */
const NEW_SINCE = { switch: 'openvswitch' } as const;

/** The plane of that name. @throws Trouble when there is none. */
export function requirePlane(name: string, checkout = CHECKOUT): Plane {
  const plane = loadPlane(name, checkout);
  if (plane !== null) return plane;
  const others = planeNames(checkout);
  const known = others.length === 0 ? 'there are none' : `there are: ${others.join(', ')}`;
  throw new Trouble(`there is no plane "${name}" in ${planesFolder(checkout)}; ${known}`);
}

/** The names of all planes of a checkout. */
export function planeNames(checkout = CHECKOUT): string[] {
  const folder = planesFolder(checkout);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'plane.json')));
}

/** Finds or makes the plane, writes down what is asked of it, and returns it. Nothing is started. */
export async function preparePlane(wish: PlaneWish, checkout = CHECKOUT): Promise<Plane> {
  const before = loadPlane(wish.name, checkout);
  if (before !== null) {
    refuseChange(before, wish);
    return writePlane(
      {
        ...recordOf(before),
        compute: wish.compute ?? before.compute,
        only: wish.only === undefined ? before.only : wish.only,
        overrides: wish.overrides ?? before.overrides,
      },
      checkout,
    );
  }
  return writePlane(await newRecord(wish), checkout);
}

async function newRecord(wish: PlaneWish): Promise<PlaneRecord> {
  const isolated = wish.isolated ?? true;
  // Its bridges would stay behind.
  if (wish.switch === 'linuxbridge' && !isolated)
    throw new Trouble("a plane in the machine's own network has no Linux bridges", { hint: '--netns own' });
  return {
    format: 1,
    name: wish.name,
    release: findRelease(wish.release).name,
    isolated,
    ports: isolated ? DEFAULT_PORTS : await freePorts(DEFAULT_PORTS),
    secrets: newSecrets(),
    hosts: hostsOf(wish),
    compute: wish.compute ?? 'docker',
    switch: wish.switch ?? 'openvswitch',
    only: wish.only ?? null,
    overrides: wish.overrides ?? {},
  };
}

/** @throws Trouble when a plane of that kind cannot have so many */
function hostsOf({ hosts = 1, isolated = true, switch: kind }: PlaneWish): ComputeHost[] {
  if (hosts === 1) return [{ name: 'compute1', address: '127.0.0.1' }];
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > 9) throw new Trouble('a plane has from 1 to 9 hosts');
  if (!isolated) throw new Trouble("a plane in the machine's own network has one host", { hint: '--netns own' });
  if (kind === 'linuxbridge')
    throw new Trouble('a plane with Linux bridges has one host', { hint: 'another --switch' });
  return Array.from({ length: hosts }, (_, place) => {
    return { name: `compute${place + 1}`, address: `${CABLE_NET}.${place + 1}` };
  });
}

function refuseChange(before: Plane, wish: PlaneWish): void {
  const hint = `take it down first: tools/openstack down --name ${before.name}`;
  if (wish.isolated !== undefined && wish.isolated !== before.isolated) {
    const is = before.isolated ? 'a network namespace of its own' : "the machine's own network";
    throw new Trouble(`plane "${before.name}" was made in ${is}`, { hint });
  }
  if (wish.switch !== undefined && wish.switch !== before.switch) {
    throw new Trouble(`plane "${before.name}" was made with ${before.switch}`, { hint });
  }
  if (wish.hosts !== undefined && wish.hosts !== before.hosts.length) {
    throw new Trouble(`plane "${before.name}" was made with ${before.hosts.length} hosts`, { hint });
  }
  if (wish.release !== undefined && findRelease(wish.release).name !== before.release.name) {
    throw new Trouble(`plane "${before.name}" was made of Debian ${before.release.name}`, { hint });
  }
}

function writePlane(record: PlaneRecord, checkout: string): Plane {
  const plane = planeOf(record, findRelease(record.release), checkout);
  for (const folder of [plane.etc, plane.log, plane.data, plane.run])
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  const file = join(plane.folder, 'plane.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return plane;
}

function recordOf(plane: Plane): PlaneRecord {
  const { release, format, name, isolated, ports, secrets, hosts, compute, only, overrides } = plane;
  const rest = { format, name, isolated, ports, secrets, hosts, compute, switch: plane.switch, only, overrides };
  return { ...rest, release: release.name };
}

function newSecrets(): Secrets {
  const word = (): string => randomBytes(15).toString('hex');
  return { admin: word(), demo: word(), service: word(), database: word(), rabbitmq: word(), metadata: word() };
}

function checkName(name: string): void {
  if (!NAME.test(name)) {
    throw new Trouble(`"${name}" is no name for a plane: small letters, digits and "-", a letter first, 32 at most`);
  }
}
