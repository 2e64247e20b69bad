import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { NodeRecord } from '../compute/ports/nodes.js';
import { ServiceError } from '../errors/kinds.js';
import type { Place } from './usage.js';

/** What is known when the service starts, before it has said anything. */
export interface IdentityFacts {
  readonly here: Place;
  /** uuid of the compute_id file; undefined when there is no file. */
  readonly fileUuid: string | undefined;
  /** Version of our service record; undefined when there is none: the first start of this host. */
  readonly serviceVersion: number | undefined;
  /** The node record of our host and name. */
  readonly nodeByName: NodeRecord | undefined;
  /** The node record of the file's uuid, wherever it is. */
  readonly nodeByUuid: NodeRecord | undefined;
  /** Containers of ours on this engine. */
  readonly localInstances: number;
}

/** Since this service version a node is known by its uuid for ever. */
const IDENTITY_SINCE = 65;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export type Identity =
  /** The file has it. */
  | { readonly uuid: string; readonly write: false }
  /** To be written before anything else is said. */
  | { readonly uuid: string; readonly write: true };

/**
 * The uuid of this node, or a refusal to start: starting under a wrong identity would take a host's servers from it
 * (nova/compute/manager.py _ensure_existing_node_identity, _check_for_host_rename, nova/virt/node.py, since 2023.1).
 * Throws Invalid with a text that says what to do.
 */
export function decideIdentity(facts: IdentityFacts, newUuid: () => string): Identity {
  const { fileUuid, nodeByName, here } = facts;
  if (fileUuid === undefined) return { uuid: withoutFile(facts, newUuid), write: true };
  refuseIfRenamed(facts, fileUuid);
  if (nodeByName !== undefined && nodeByName.uuid !== fileUuid) {
    throw new ServiceError(
      'Invalid',
      `The compute_id file says ${fileUuid}, but the compute node ${here.node} of host ${here.host} is ` +
        `${nodeByName.uuid}. If this is that host, put ${nodeByName.uuid} into the file; if not, give this one a name ` +
        `of its own (host in nova.conf).`,
    );
  }
  return { uuid: fileUuid, write: false };
}

function refuseIfRenamed({ nodeByUuid, here }: IdentityFacts, fileUuid: string): void {
  if (nodeByUuid === undefined) return;
  if (nodeByUuid.host === here.host && nodeByUuid.node === here.node) return;
  throw new ServiceError(
    'Invalid',
    `The compute_id file says ${fileUuid}, which is the compute node ${nodeByUuid.node} of host ${nodeByUuid.host}, but ` +
      `this is ${here.node} of host ${here.host}. A compute host can't be renamed: set host in nova.conf back to ` +
      `${nodeByUuid.host}, or remove the file if this is another machine (a copied disk).`,
  );
}

function withoutFile(facts: IdentityFacts, newUuid: () => string): string {
  const { serviceVersion, nodeByName, localInstances, here } = facts;
  if (serviceVersion !== undefined && serviceVersion >= IDENTITY_SINCE) {
    const hint = nodeByName === undefined ? '' : ` It was ${nodeByName.uuid}, says the database.`;
    throw new ServiceError(
      'Invalid',
      `There is no compute_id file, but this is not the first start of host ${here.host}: its state may be lost.${hint} ` +
        `Restore the file from a backup (one line with the uuid), or delete the compute service of this host if it is ` +
        `a new machine.`,
    );
  }
  if (serviceVersion === undefined && localInstances > 0) {
    throw new ServiceError(
      'Invalid',
      `Nova has no service record of host ${here.host}, but there are ${localInstances} containers of it on this engine. ` +
        `Correct host in nova.conf or the database that conductor uses; if the containers are leftovers, remove them.`,
    );
  }
  return nodeByName?.uuid ?? newUuid();
}

/**
 * The uuid in these files: beside each config file, then in state_path, as upstream looks (nova/virt/node.py, 2023.1).
 * Undefined when there is none of them. Throws Invalid when one holds no uuid, or when they differ.
 */
export async function readIdentityFiles(files: readonly string[]): Promise<string | undefined> {
  const found = new Map<string, string>();
  for (const file of files) {
    const uuid = await readIdentityFile(file);
    if (uuid !== undefined) found.set(uuid, file);
  }
  const [first, second] = [...found];
  if (first === undefined || second === undefined) return first?.[0];
  throw new ServiceError('Invalid', `${first[1]} and ${second[1]} hold different uuids: remove the wrong one`);
}

async function readIdentityFile(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new ServiceError('Invalid', `${file} can't be read: ${error.message}`, { cause: error });
  });
  if (text === undefined) return undefined;
  const uuid = text.trim().toLowerCase();
  if (UUID.test(uuid)) return uuid;
  throw new ServiceError('Invalid', `${file} holds no uuid: restore it (one line with the uuid of this compute node)`);
}

/** Writes the file so that after a crash it is either whole or not there. */
export async function writeIdentityFile(file: string, uuid: string): Promise<void> {
  const folder = path.dirname(file);
  const draft = `${file}.new`;
  try {
    await mkdir(folder, { recursive: true });
    await rm(draft, { force: true });
    await writeSynced(draft, `${uuid}\n`);
    await rename(draft, file);
    await syncFolder(folder);
  } catch (error) {
    const { message } = error as Error;
    throw new ServiceError(
      'Invalid',
      `${file} can't be written: ${message}. The service needs to write to ${folder}.`,
      {
        cause: error,
      },
    );
  }
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o644);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
