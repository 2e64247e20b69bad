import { randomBytes } from 'node:crypto';
import { endpoint, type Plane } from '../../../tools/plane/plane.js';
import { Rest } from '../../../tools/plane/openstack/rest.js';
import { openPlane } from '../../../tools/plane/open.js';
import type { Others, StageWish } from './stage.js';

/** The control plane that the tests run in, as a stage. To be called in the plane's network. */
export async function realCloud(): Promise<StageWish> {
  const { plane } = openPlane();
  const rests = { admin: new Rest(plane, 'admin'), demo: new Rest(plane, 'demo') };
  const others: Others = {
    ask: async (who, api, { contentType, ...request }) => {
      const headers = contentType === undefined ? {} : { 'Content-Type': contentType };
      await rests[who].ask({ ...request, api, headers });
    },
  };
  return {
    keystoneUrl: endpoint(plane, 'keystone', ''),
    placementUrl: endpoint(plane, 'placement', ''),
    glanceUrl: endpoint(plane, 'glance', ''),
    password: plane.secrets.service,
    userToken: await userToken(plane),
    others: async (work) => void (await work(others)),
    imagePrefix: randomBytes(4).toString('hex'),
    now: () => new Date(),
  };
}

/** A token of the user demo, as nova-api would hand it on. */
async function userToken(plane: Plane): Promise<string> {
  const domain = { id: 'default' };
  const user = { name: 'demo', password: plane.secrets.demo, domain };
  const scope = { project: { name: 'demo', domain } };
  const answer = await fetch(endpoint(plane, 'keystone', '/v3/auth/tokens'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } }, scope } }),
  });
  const token = answer.headers.get('x-subject-token');
  if (token === null) throw new Error(`Keystone did not sign demo in: ${answer.status}`);
  return token;
}
