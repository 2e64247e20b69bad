import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inside, prints } from '../support/inside.js';
import { Lab } from '../support/lab.js';

const KEY_NAME = 'config-drive-key';
const LATEST = '/config-drive/openstack/latest';

interface MetaData {
  readonly uuid: string;
  readonly name: string;
  readonly hostname: string;
  readonly meta?: Readonly<Record<string, string>>;
  readonly keys?: readonly { readonly name: string; readonly data: string }[];
  readonly files?: readonly { readonly path: string; readonly content_path: string }[];
  readonly admin_pass?: string;
}

interface NetworkData {
  readonly links: readonly { readonly vif_id: string; readonly ethernet_mac_address: string }[];
  readonly networks: readonly { readonly network_id: string }[];
}

interface Port {
  readonly id: string;
  readonly mac_address: string;
  readonly network_id: string;
}

describe('a config drive', () => {
  const lab = new Lab();
  let publicKey: string;

  before(async () => {
    const { keypair } = await lab.rest.post<{ keypair: { public_key: string } }>('compute', '/os-keypairs', {
      keypair: { name: KEY_NAME },
    });
    publicKey = keypair.public_key.trim();
  });
  after(() => lab.rest.ask({ api: 'compute', method: 'DELETE', path: `/os-keypairs/${KEY_NAME}`, accept: [404] }));
  afterEach(() => lab.deleteAll());

  const folderOf = (id: string): string => join(lab.plane.folder, 'data', lab.plane.host, 'instances', id);

  async function metaData(id: string): Promise<MetaData> {
    return JSON.parse(await inside(lab, id, `cat ${LATEST}/meta_data.json`)) as MetaData;
  }

  async function networkId(name: string): Promise<string> {
    const { networks } = await lab.rest.get<{ networks: { id: string }[] }>('network', `/networks?name=${name}`);
    assert.ok(networks[0]);
    return networks[0].id;
  }

  async function portsOf(id: string): Promise<readonly Port[]> {
    return (await lab.rest.get<{ ports: Port[] }>('network', `/ports?device_id=${id}`)).ports;
  }

  it('is a folder in cloud-init’s layout, for root alone, read-only', async () => {
    const userData = '#cloud-config\nhostname: x\n';
    const { id } = await lab.boot({
      name: 'driven',
      networks: [{ uuid: await networkId('private') }],
      metadata: { role: 'db' },
      more: { config_drive: true, key_name: KEY_NAME, user_data: Buffer.from(userData).toString('base64') },
    });
    const meta = await metaData(id);
    assert.equal(meta.uuid, id);
    assert.equal(meta.hostname, 'driven.novalocal');
    assert.deepEqual(meta.meta, { role: 'db' });
    assert.deepEqual(
      meta.keys?.map(({ name, data }) => [name, data.trim()]),
      [[KEY_NAME, publicKey]],
    );
    assert.ok(meta.admin_pass);
    assert.equal(await inside(lab, id, `cat ${LATEST}/user_data`), userData);
    const net = JSON.parse(await inside(lab, id, `cat ${LATEST}/network_data.json`)) as NetworkData;
    const [port] = await portsOf(id);
    assert.deepEqual(
      net.links.map((link) => [link.vif_id, link.ethernet_mac_address]),
      [[port?.id, port?.mac_address]],
    );
    assert.deepEqual([...new Set(net.networks.map(({ network_id: of }) => of))], [port?.network_id]);
    // The card that it tells of is the one that the container has.
    assert.ok((await inside(lab, id, 'cat /sys/class/net/*/address')).includes(port?.mac_address ?? '?'));
    assert.deepEqual(JSON.parse(await inside(lab, id, `cat ${LATEST}/vendor_data2.json`)), { static: {} });
    const ec2 = JSON.parse(await inside(lab, id, 'cat /config-drive/ec2/latest/meta-data.json')) as Record<
      string,
      unknown
    >;
    assert.match(String(ec2['instance-id']), /^i-[0-9a-f]{8}$/);
    assert.match(
      await inside(lab, id, 'ls -ld /config-drive; ls -l /config-drive/openstack/latest/user_data'),
      /^drwx------.*\n-rw-------/,
    );
    assert.match(await inside(lab, id, 'touch /config-drive/x 2>&1 || true'), /Read-only/);
    assert.equal(
      (await lab.rest.get<{ server: { config_drive: string } }>('compute', `/servers/${id}`, lab.latest)).server
        .config_drive,
      'True',
    );

    assert.match(
      await inside(lab, id, 'cat /root/.ssh/authorized_keys'),
      new RegExp(publicKey.slice(0, 40).replaceAll('+', '\\+')),
    );
    assert.ok(existsSync(folderOf(id)));
    await lab.delete(id);
    assert.equal(existsSync(folderOf(id)), false);
  });

  it('tells what the server is now, while it runs and after a reboot', async () => {
    const { id } = await lab.boot({ metadata: { role: 'db' }, more: { config_drive: true } });
    const put = (metadata: Readonly<Record<string, string>>): Promise<unknown> =>
      lab.rest.ask({ api: 'compute', method: 'PUT', path: `/servers/${id}/metadata`, body: { metadata } });
    await put({ role: 'web' });
    await lab.act(id, { reboot: { type: 'HARD' } });
    await lab.reaches(id, 'ACTIVE');
    assert.deepEqual((await metaData(id)).meta, { role: 'web' });
    await put({ role: 'cache' });
    await prints(lab, id, `cat ${LATEST}/meta_data.json`, /"role":"cache"/);
  });

  it('brings files, and they are in their places, too', async () => {
    const contents = Buffer.from('welcome\n').toString('base64');
    const server = {
      name: 'filed',
      imageRef: await lab.imageId('busybox'),
      flavorRef: await lab.flavorId('m1.nano'),
      networks: 'none',
      config_drive: true,
      personality: [{ path: '/etc/deep/motd', contents }],
    };
    // The API has taken no files since microversion 2.57.
    const { server: made } = await lab.rest.post<{ server: { id: string } }>(
      'compute',
      '/servers',
      { server },
      { microversion: '2.56' },
    );
    await lab.reaches(made.id, 'ACTIVE');
    assert.equal(await inside(lab, made.id, 'cat /etc/deep/motd'), 'welcome\n');
    const { files } = await metaData(made.id);
    assert.deepEqual(files, [{ path: '/etc/deep/motd', content_path: '/content/0000' }]);
    assert.equal(await inside(lab, made.id, 'cat /config-drive/openstack/content/0000'), 'welcome\n');
  });

  it('is not there when nobody asked for it; keys come all the same', async () => {
    const { id } = await lab.boot({ more: { key_name: KEY_NAME }, metadata: { 'docker:read_only': 'true' } });
    assert.match(await inside(lab, id, 'ls -d /config-drive 2>&1 || true'), /No such file/);
    assert.match(await inside(lab, id, 'cat /root/.ssh/authorized_keys'), /^ssh-/);
    assert.match(await inside(lab, id, 'touch /x 2>&1 || true'), /Read-only/);
  });
});
