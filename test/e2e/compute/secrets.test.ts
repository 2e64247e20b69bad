import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Lab } from '../support/lab.js';
import { WitnessedService } from '../support/witnessed.js';

const USER_DATA = '#cloud-config\n# planted-user-data\npassword: planted-in-user-data\n';
const PLANTED = {
  adminPassword: 'planted-admin-pass-1',
  newPassword: 'planted-new-pass-2',
  refusedPassword: 'planted-refused:pass-3',
  rebuildPassword: 'planted-rebuild-pass-4',
};

/** Every file below a folder, with its text. */
function texts(folder: string): readonly { readonly path: string; readonly text: string }[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return paths
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, text: readFileSync(path).toString('latin1') }));
}

describe('secrets', () => {
  const lab = new Lab();
  const own = lab.plane.service('compute');

  before(() => own.stop());
  after(async () => {
    await WitnessedService.giveBack(lab.plane);
    await lab.deleteAll();
  });

  it('stand in no log, label, plan or kept message, however much is logged', async () => {
    const service = await WitnessedService.start(
      lab.plane,
      undefined,
      '[DEFAULT]\ndebug = true\ndefault_log_levels =\n',
    );
    const data = Buffer.from(USER_DATA).toString('base64');
    const more = { user_data: data, adminPass: PLANTED.adminPassword, config_drive: true };
    const { id } = await lab.boot({ name: 'keeper', more });
    for (const adminPass of [PLANTED.newPassword, PLANTED.refusedPassword]) {
      // The container has no chpasswd: what fails is what is told.
      const body = { changePassword: { adminPass } };
      await lab.rest.ask({ api: 'compute', method: 'POST', path: `/servers/${id}/action`, body, accept: [409] });
      await lab.reaches(id, 'ACTIVE');
    }
    const imageRef = await lab.imageId('busybox');
    await lab.act(id, { rebuild: { imageRef, adminPass: PLANTED.rebuildPassword, user_data: data } });
    await lab.reaches(id, 'ACTIVE');
    const inspected = await lab.plane.docker(['inspect', `nova-${id}`]);
    const state = join(lab.plane.folder, 'data', lab.plane.host);
    await service.stop();

    const log = service.log();
    assert.match(log, / DEBUG /);
    assert.match(log, new RegExp(`\\[.*req-[-0-9a-f]{36} .*\\] \\[instance: ${id}\\] rebuild_instance is done`));
    assert.match(log, new RegExp(`\\[instance: ${id}\\] set_admin_password was refused or failed: .*chpasswd`));
    const written = [
      { path: 'the log', text: log },
      { path: 'docker inspect', text: inspected },
      ...['networks', 'inbox'].flatMap((folder) => texts(join(state, folder))),
    ];
    const secrets = {
      ...PLANTED,
      userData: 'planted-user-data',
      inUserData: 'planted-in-user-data',
      encodedUserData: data.slice(0, 40),
      token: await lab.rest.token(),
      ...passwordsOf(readFileSync(join(lab.plane.folder, 'etc', lab.plane.host, 'nova.conf'), 'utf8')),
    };
    assert.ok(Object.keys(secrets).length > 8, 'the configuration has passwords, too');
    for (const [name, secret] of Object.entries(secrets)) {
      for (const { path, text } of written) assert.ok(!text.includes(secret), `${name} stands in ${path}`);
    }
  });

  it('that a server has to be given lie where only root looks', async () => {
    const folder = join(lab.plane.folder, 'data', lab.plane.host, 'instances');
    const [server] = await lab.list();
    assert.ok(server);
    assert.equal(statSync(folder).mode & 0o077, 0, folder);
    assert.ok(texts(join(folder, server.id)).some(({ text }) => text.includes('planted-user-data')));
  });
});

/** The values of the options of nova.conf that hold passwords, and the broker's. */
function passwordsOf(conf: string): Readonly<Record<string, string>> {
  const options = [...conf.matchAll(/^password *= *(.+)$/gm)].map(([, value = '']) => value.trim());
  const urls = [...conf.matchAll(/:\/\/[^:\s]+:([^@\s]+)@/g)].map(([, value = '']) => value);
  return Object.fromEntries([...options, ...urls].map((value, index) => [`password ${index} of nova.conf`, value]));
}
