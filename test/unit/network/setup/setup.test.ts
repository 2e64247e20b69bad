import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withCriuOptions, withoutCriuOptions } from '../../../../src/network/setup/criu-options.js';
import { setupSteps, undoSteps, type Setup, type SetupPlaces } from '../../../../src/network/setup/runtime-setup.js';

const CHECKPOINTS = ['tcp-established', 'file-locks'];

describe('network/setup', () => {
  let folder: string;
  let places: SetupPlaces;
  const at = (name: string): string => join(folder, name);
  const config = (): unknown => JSON.parse(readFileSync(places.engineConfig, 'utf8'));
  const checkpoints = (): { criuOptions: string[]; init: string } => ({ criuOptions: CHECKPOINTS, init: at('tini') });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'setup-test-'));
    places = {
      engineConfig: at('daemon.json'),
      runtime: { name: 'nova', path: at('lib/nova-runtime') },
      criuConfig: at('criu/runc.conf'),
    };
    writeFileSync(at('tini'), '');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function carryOut(asked: Promise<Setup>, most = Infinity): Promise<Setup> {
    const setup = await asked;
    for (const { run } of setup.steps.slice(0, most)) await run();
    return setup;
  }

  it('without checkpoints only the runtime is registered', async () => {
    writeFileSync(places.engineConfig, '{"live-restore": true}');
    assert.equal((await carryOut(setupSteps(places))).engine, 'reload');
    assert.deepEqual(config(), { 'live-restore': true, runtimes: { nova: { path: places.runtime.path } } });
    assert.ok(!existsSync(places.criuConfig));
    assert.deepEqual(await setupSteps(places), { steps: [], engine: 'as-it-is' });
    assert.equal((await carryOut(undoSteps(places))).engine, 'reload');
    assert.deepEqual(config(), { 'live-restore': true });
    assert.deepEqual(await undoSteps(places), { steps: [], engine: 'as-it-is' });
  });

  it('checkpoints take an experimental engine, an init that is no link, and options of CRIU', async () => {
    assert.equal((await carryOut(setupSteps(places, checkpoints()))).engine, 'restart');
    assert.deepEqual(config(), {
      runtimes: { nova: { path: places.runtime.path } },
      experimental: true,
      'init-path': at('tini'),
    });
    assert.match(readFileSync(places.criuConfig, 'utf8'), /^tcp-established\nfile-locks$/m);
    assert.deepEqual(await setupSteps(places, checkpoints()), { steps: [], engine: 'as-it-is' });
    assert.equal((await carryOut(undoSteps(places))).engine, 'restart');
    assert.deepEqual(config(), {});
    for (const path of [places.criuConfig, places.runtime.path, at('lib/engine-options.json')]) {
      assert.ok(!existsSync(path), path);
    }
  });

  it('without tini the engine keeps its init', async () => {
    rmSync(at('tini'));
    await carryOut(setupSteps(places, checkpoints()));
    assert.ok(!Object.hasOwn(config() as object, 'init-path'));
  });

  it('what the operator has set himself stays', async () => {
    writeFileSync(places.engineConfig, '{"experimental": true}');
    await carryOut(setupSteps(places, checkpoints()));
    await carryOut(undoSteps(places));
    assert.deepEqual(config(), { experimental: true });
  });

  it('ended after any step, set-up or not, it goes on from there', async () => {
    const count = (await setupSteps(places, checkpoints())).steps.length;
    for (let most = 0; most <= count; most += 1) {
      for (const next of [() => setupSteps(places, checkpoints()), () => undoSteps(places)]) {
        await carryOut(setupSteps(places, checkpoints()), most);
        await carryOut(next());
        await carryOut(undoSteps(places));
        if (existsSync(places.engineConfig)) assert.deepEqual(config(), {});
        assert.deepEqual((await undoSteps(places)).steps, []);
      }
    }
  });
});

describe('network/setup: options of CRIU', () => {
  const others = ['', 'ghost-limit 10\n', '# mine\nfile-locks\n'];
  for (const text of others) {
    it(`come behind ${JSON.stringify(text)}, once, and go again`, () => {
      const changed = withCriuOptions(text, CHECKPOINTS);
      assert.ok(changed.startsWith(text));
      const lines = changed.split('\n');
      for (const option of CHECKPOINTS) assert.equal(lines.filter((line) => line === option).length, 1);
      assert.equal(withCriuOptions(changed, CHECKPOINTS), changed);
      assert.equal(withoutCriuOptions(changed), text);
    });
  }

  it('all there: nothing of ours', () => {
    const text = 'tcp-established\nfile-locks # both';
    assert.equal(withCriuOptions(text, CHECKPOINTS), text);
  });
});
