import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandResult } from '../../../tools/plane/machine/command.js';
import { until } from '../../../tools/plane/machine/wait.js';
import { busyboxArchive } from '../../../tools/plane/openstack/base-image.js';
import { removeImages, uploadImage } from '../support/images.js';
import { inside, inspected, makeFlavor, prints, removeFlavor } from '../support/inside.js';
import { Lab, type Wish } from '../support/lab.js';
import { WitnessedService } from '../support/witnessed.js';

const PREFIX = 'set-';
const PROGRAM = new URL('../../../src/main.ts', import.meta.url).pathname;

interface ShownSpec {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly create: {
    readonly Cmd: readonly string[];
    readonly User: string;
    readonly Image: string;
    readonly HostConfig: Readonly<Record<string, unknown>>;
  };
}

describe('what flavor, image and server set of a container', () => {
  const lab = new Lab();
  const flavors: string[] = [];

  afterEach(async () => {
    await lab.deleteAll();
    await removeImages(lab, PREFIX);
    for (const name of flavors.splice(0)) await removeFlavor(lab, name);
  });

  async function flavor(specs: Readonly<Record<string, string>>): Promise<string> {
    const name = `${PREFIX}${flavors.length + 1}`;
    flavors.push(name);
    await makeFlavor(lab, name, specs);
    return name;
  }

  async function image(properties: Readonly<Record<string, string>>): Promise<string> {
    const id = await uploadImage(lab, `${PREFIX}image`, await busyboxArchive());
    await lab.rest.ask({
      api: 'image',
      method: 'PATCH',
      path: `/images/${id}`,
      body: Object.entries(properties).map(([name, value]) => ({ op: 'add', path: `/${name}`, value })),
      headers: { 'Content-Type': 'application/openstack-images-v2.1-json-patch' },
    });
    return id;
  }

  function spec(id: string): Promise<CommandResult> {
    const config = join(lab.plane.folder, 'etc', lab.plane.host, 'nova.conf');
    return lab.plane.run([process.execPath, '--import', 'tsx', PROGRAM, 'spec', id, '--config-file', config]);
  }

  it('is what runs inside', async () => {
    const { id } = await lab.boot({
      flavor: await flavor({
        'docker:pids_limit': '77',
        'quota:cpu_shares': '321',
        'docker:env:WHO': 'flavor',
        'docker:label:team': 'blue',
      }),
      image: await image({
        docker_env_WHO: 'image',
        docker_env_WHAT: 'image',
        docker_user: '1000:1000',
        // Longer than what Nova keeps of a property with the server.
        os_command_line: `/bin/sh -c "echo ready; exec sleep infinity # ${'x'.repeat(300)}"`,
      }),
      metadata: {
        'docker:env:WHAT': 'the server',
        'docker:tmpfs': '/scratch:size=2m',
        'docker:ulimit:nofile': '100:200',
        plain: 'is no setting',
      },
    });
    // `docker exec` has the container's own variables, user and limits.
    const text = await inside(lab, id, 'echo $WHO, $WHAT; id -u; ulimit -H -n; grep scratch /proc/mounts');
    assert.match(text, /^flavor, the server\n1000\n200\ntmpfs \/scratch .*size=2048k/);
    const { Config, HostConfig } = await inspected(lab, id);
    assert.equal(HostConfig['PidsLimit'], 77);
    assert.equal(HostConfig['CpuShares'], 321);
    assert.equal(Config.Labels['team'], 'blue');
    assert.match((Config['Cmd'] as string[]).join(' '), /ready.*x{300}/);
    const shown = await spec(id);
    const { name, create, settings } = JSON.parse(shown.stdout) as ShownSpec;
    assert.equal(name, `nova-${id}`);
    assert.equal(settings['env:WHO'], 'docker:env:WHO in the flavor, not docker_env_WHO in the image');
    assert.equal(settings['command'], 'os_command_line in the image');
    // What is shown is what the engine was asked for.
    for (const option of ['PidsLimit', 'CpuShares', 'Tmpfs', 'Ulimits', 'CapAdd', 'Memory', 'Runtime']) {
      assert.deepEqual(HostConfig[option], create.HostConfig[option], option);
    }
    assert.deepEqual([Config['Cmd'], Config['User'], Config['Image']], [create.Cmd, create.User, create.Image]);
    const { output } = await lab.act<{ output: string }>(id, { 'os-getConsoleOutput': { length: 5 } });
    assert.match(output, /ready/);
  });

  it('may say that its command is meant to end', async () => {
    const metadata = { 'docker:command': 'true', 'docker:oneshot': 'yes' };
    const id = await lab.create({ metadata });
    const server = await lab.reaches(id, 'SHUTOFF');
    assert.equal(server.fault, undefined);
    assert.equal(server.metadata['docker:exit'], 'exited with code 0');
  });

  async function refused(wish: Wish, fault: RegExp): Promise<string> {
    const id = await lab.create(wish);
    const server = await lab.reaches(id, 'ERROR');
    assert.match(server.fault?.message ?? '', fault);
    assert.deepEqual(await lab.containersOf(id), []);
    assert.deepEqual(await lab.allocationsOf(id), []);
    return id;
  }

  it('is refused with a fault that names it, where it is not allowed', async () => {
    const id = await refused(
      { metadata: { 'docker:privileged': 'true' } },
      /docker:privileged in the server's metadata: .*the flavor only/,
    );
    await assert.rejects(
      spec(id),
      /ended with code 1: A setting is refused: docker:privileged in the server's metadata/,
    );
    await refused({ metadata: { 'docker:comand': 'sh' } }, /there is no such setting; did you mean docker:command\?/);
    await refused({ metadata: { 'docker:tmpfs': '/x:size=9g' } }, /docker:tmpfs .* at most 1g is allowed/);
    await refused(
      { image: await image({ docker_cap_add: 'SYS_ADMIN' }) },
      /docker_cap_add in the image: it can be set in the flavor only/,
    );
    await refused(
      { flavor: await flavor({ 'docker:runtime': 'kata' }) },
      /runtime kata is not in \[docker\] allowed_runtimes/,
    );
    await refused({ flavor: await flavor({ 'docker:privileged': 'true' }) }, /allow_privileged/);
  });

  it('may be CPUs of its own', async () => {
    const file = join(lab.plane.folder, 'etc', lab.plane.host, 'nova.conf');
    const before = readFileSync(file, 'utf8');
    await lab.plane.service('compute').stop();
    writeFileSync(file, `${before}\n[compute]\ncpu_shared_set = 0\ncpu_dedicated_set = 1\n`);
    // The plane would write the file anew, so it is not asked to start the service.
    await WitnessedService.start(lab.plane);
    try {
      await pcpus(1);
      const name = await flavor({ 'hw:cpu_policy': 'dedicated' });
      const { id } = await lab.boot({ flavor: name });
      assert.match(await inside(lab, id, 'grep Cpus_allowed_list /proc/1/status'), /\t1$/m);
      const { id: shared } = await lab.boot({ name: 'shared' });
      assert.match(await inside(lab, shared, 'grep Cpus_allowed_list /proc/1/status'), /\t0$/m);
      // Nobody else gets it (the scheduler falls back to shared CPUs where it finds no free one), until it is free again.
      const second = await lab.create({ flavor: name });
      assert.match(
        (await lab.reaches(second, 'ERROR')).fault?.message ?? '',
        /No valid host|1 CPUs of its own are wanted, 0 of 1 are free/,
      );
      await lab.delete(id);
      const { id: third } = await lab.boot({ flavor: name });
      await prints(lab, third, 'grep Cpus_allowed_list /proc/1/status', /\t1$/m);
      await lab.deleteAll();
    } finally {
      await lab.deleteAll();
      writeFileSync(file, before);
      await WitnessedService.giveBack(lab.plane);
      await pcpus(0);
    }
  });

  /** Waits until Placement has that many CPUs of this host to give away. */
  async function pcpus(count: number): Promise<void> {
    const { resource_providers: providers } = await lab.rest.get<{
      resource_providers: { uuid: string; name: string }[];
    }>('placement', '/resource_providers');
    const provider = providers.find(({ name }) => name === lab.plane.host);
    await until(
      async () => {
        const { inventories } = await lab.rest.get<{ inventories: Record<string, { total: number } | undefined> }>(
          'placement',
          `/resource_providers/${provider?.uuid}/inventories`,
        );
        return (inventories['PCPU']?.total ?? 0) === count;
      },
      { what: `${count} PCPU in Placement`, signal: new AbortController().signal },
    );
  }
});
