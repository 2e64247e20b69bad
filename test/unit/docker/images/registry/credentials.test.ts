import { deepEqual, equal, rejects } from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentialsFor } from '../../../../../src/docker/images/registry/credentials.js';
import { readReference } from '../../../../../src/docker/images/registry/reference.js';
import type { RegistryCredentials } from '../../../../../src/docker/engine/engine.js';
import { ServiceError } from '../../../../../src/errors/kinds.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('docker/images/registry: credentials', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'credentials-'));
    file = join(folder, 'config.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function read(text: string, image: string): Promise<RegistryCredentials | null> {
    await writeFile(file, text, { mode: 0o600 });
    const reference = readReference(image);
    if (reference === undefined) throw new Error(image);
    return credentialsFor(reference, file);
  }

  it('are those of the registry, as docker and podman write them', async () => {
    const auths = {
      'registry.example:5000': { auth: base64('user:pass:word') },
      'https://index.docker.io/v1/': { username: 'hub', password: 'secret' },
      'registry.example/team': { auth: base64('team:t') },
      'registry.example': { identitytoken: 'token' },
      'helped.example': {},
    };
    const text = JSON.stringify({ auths, credsStore: 'none' });
    const rows: [string, RegistryCredentials | null][] = [
      [
        'registry.example:5000/app',
        { username: 'user', password: 'pass:word', serveraddress: 'registry.example:5000' },
      ],
      ['ubuntu', { username: 'hub', password: 'secret', serveraddress: 'https://index.docker.io/v1/' }],
      ['registry.example/team/app', { username: 'team', password: 't', serveraddress: 'registry.example' }],
      ['registry.example/teams/app', { identitytoken: 'token', serveraddress: 'registry.example' }],
      ['helped.example/app', null],
      ['other.example/app', null],
    ];
    for (const [image, credentials] of rows) deepEqual(await read(text, image), credentials, image);
    deepEqual(await read('{}', 'other.example/app'), null);
  });

  it('are none without a file', async () => {
    const reference = readReference('registry.example/app');
    equal(reference && (await credentialsFor(reference, null)), null);
  });

  it('in a file that is missing, broken or open to others are refused, and no word of it is told', async () => {
    const fails = (reason: RegExp) => (error: unknown) =>
      error instanceof ServiceError &&
      error.kind === 'Unavailable' &&
      /registry_auth_file/.test(error.message) &&
      reason.test(String(error.facts['reason'])) &&
      !JSON.stringify([error.message, error.facts, error.cause]).includes('secret');
    await rejects(read('{"secret', 'registry.example/app'), fails(/it is no JSON/));
    await rejects(read('["secret"]', 'registry.example/app'), fails(/no JSON object/));
    await writeFile(file, '{}');
    await chmod(file, 0o640);
    const reference = readReference('registry.example/app');
    if (reference === undefined) throw new Error();
    await rejects(credentialsFor(reference, file), fails(/chmod 600/));
    await rm(file);
    await rejects(credentialsFor(reference, file), fails(/ENOENT/));
  });
});
