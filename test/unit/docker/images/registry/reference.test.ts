import { deepEqual, equal } from 'node:assert/strict';
import { isAllowed, readReference } from '../../../../../src/docker/images/registry/reference.js';

const DIGEST = `sha256:${'0a'.repeat(32)}`;

describe('docker/images/registry: references', () => {
  const good: [string, string, string, string | null, string][] = [
    ['registry.example:5000/app', 'registry.example:5000', 'registry.example:5000/app', null, 'latest'],
    ['registry.example/team/app:1.2', 'registry.example', 'registry.example/team/app', null, '1.2'],
    [`registry.example:5000/app@${DIGEST}`, 'registry.example:5000', 'registry.example:5000/app', DIGEST, 'latest'],
    [`registry.example/app:1@${DIGEST}`, 'registry.example', 'registry.example/app', DIGEST, '1'],
    ['localhost/app', 'localhost', 'localhost/app', null, 'latest'],
    ['REGISTRY.example/app', 'registry.example', 'registry.example/app', null, 'latest'],
    ['[::1]:5000/app', '[::1]:5000', '[::1]:5000/app', null, 'latest'],
    ['ubuntu', 'docker.io', 'docker.io/library/ubuntu', null, 'latest'],
    ['team/app:x', 'docker.io', 'docker.io/team/app', null, 'x'],
    ['docker.io/ubuntu:22.04', 'docker.io', 'docker.io/library/ubuntu', null, '22.04'],
    ['index.docker.io/team/app', 'docker.io', 'docker.io/team/app', null, 'latest'],
  ];
  for (const [text, registry, repository, digest, tag] of good) {
    it(`reads ${text}`, () => {
      deepEqual(readReference(text), { registry, repository, digest, tag });
    });
  }

  const bad = [
    ...[
      '',
      'https://registry.example/app',
      'registry.example/App',
      'registry.example/',
      '/app',
      'app:',
      'app@sha256:1',
    ],
    ...[`app@${DIGEST}@${DIGEST}`, 'registry.example/../app', 'a b', 'app?x=1', 'app/json?', 'app#', 'app%2f', 'ä/b'],
    ...[
      `registry.example/${'a'.repeat(600)}`,
      'registry.example:5000:1/app',
      'app:a/b:c@x',
      `app@md5:${'0'.repeat(32)}`,
    ],
  ];
  for (const text of bad) {
    it(`refuses ${JSON.stringify(text.slice(0, 60))}`, () => {
      equal(readReference(text), undefined);
    });
  }

  const allowed: [string, string, boolean][] = [
    ['registry.example:5000/app', 'registry.example:5000', true],
    ['registry.example:5000/app', 'registry.example', false],
    ['registry.example/app', 'registry.example:5000', false],
    ['registry.example.evil.org/app', 'registry.example', false],
    ['registry.example/team/app', 'registry.example/team', true],
    ['registry.example/team/app', 'registry.example/team/', true],
    ['registry.example/team', 'registry.example/team', true],
    ['registry.example/teams/app', 'registry.example/team', false],
    ['ubuntu', 'docker.io', true],
    ['ubuntu', 'docker.io/library', true],
    ['team/ubuntu', 'docker.io/library', false],
    ['ubuntu', 'index.docker.io', true],
    ['Registry.Example/app', 'registry.EXAMPLE', true],
  ];
  for (const [text, entry, is] of allowed) {
    it(`${is ? 'allows' : 'does not allow'} ${text} by ${entry}`, () => {
      const reference = readReference(text);
      equal(reference !== undefined && isAllowed(reference, ['other.example', entry]), is);
      equal(reference !== undefined && isAllowed(reference, []), false);
    });
  }
});
