import { mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  RECORDED_IMAGES,
  readRequest,
  recordedResponse,
  type Exchange,
  type ServiceName,
} from '../../test/double/recording.js';
import { GLANCE_SCENARIOS } from '../../test/scenario/openstack/glance.js';
import { PLACEMENT_SCENARIOS } from '../../test/scenario/openstack/placement.js';
import { realCloud } from '../../test/scenario/openstack/real.js';
import { makeStage, type Scenario, type StageWish } from '../../test/scenario/openstack/stage.js';

/**
 * Plays the scenarios of test/scenario/openstack with a real control plane, through proxies that write down what is said,
 * into test/recordings/openstack/RELEASE. In the plane's network:
 *   tools/openstack exec --name NAME env NCD_PLANE=NAME npx tsx tools/record/openstack.ts RELEASE
 */
async function record(release: string): Promise<void> {
  const folder = path.join(import.meta.dirname, '../../test/recordings/openstack', release);
  mkdirSync(folder, { recursive: true });
  const cloud = await realCloud();
  for (const scenario of [...PLACEMENT_SCENARIOS, ...GLANCE_SCENARIOS]) {
    const exchanges = await play(scenario, cloud);
    const file = path.join(folder, `${scenario.name.replaceAll(' ', '-')}.json`);
    const text = JSON.stringify(exchanges, null, 1).replaceAll(cloud.imagePrefix, RECORDED_IMAGES);
    writeFileSync(file, `${text}\n`);
    console.log(`${file}: ${exchanges.length} exchanges`);
  }
}

async function play(scenario: Scenario, cloud: StageWish): Promise<readonly Exchange[]> {
  const exchanges: Exchange[] = [];
  const issued = new Set<string>();
  const proxies = new Map<ServiceName, { readonly url: string; readonly real: string }>();
  const servers = await Promise.all(
    Object.entries({ keystone: cloud.keystoneUrl, placement: cloud.placementUrl, glance: cloud.glanceUrl }).map(
      async ([name, real]) => {
        const server = http.createServer((request, response) => void forward(name as ServiceName, request, response));
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        proxies.set(name as ServiceName, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, real });
        return server;
      },
    ),
  );
  const forward = async (service: ServiceName, request: http.IncomingMessage, response: http.ServerResponse) => {
    const tokens = { service: issued, user: cloud.userToken };
    const { raw, ...asked } = await readRequest(request, tokens);
    const answer = await send(`${proxies.get(service)?.real ?? ''}${request.url ?? ''}`, request, raw);
    const subject = answer.headers['x-subject-token'];
    if (typeof subject === 'string') issued.add(subject);
    let text = answer.raw.toString('latin1');
    for (const [name, { real }] of proxies) text = text.replaceAll(real, `{{${name}}}`);
    const recorded = recordedResponse(answer.status, answer.headers, Buffer.from(text, 'latin1'));
    exchanges.push({ service, request: asked, response: recorded });
    for (const [name, { url }] of proxies) text = text.replaceAll(`{{${name}}}`, url);
    const headers = subject === undefined ? {} : { 'x-subject-token': subject };
    const type = answer.headers['content-type'] === undefined ? {} : { 'content-type': answer.headers['content-type'] };
    response.writeHead(answer.status, { ...headers, ...type }).end(Buffer.from(text, 'latin1'));
  };
  const url = (name: ServiceName) => proxies.get(name)?.url ?? '';
  const wish = { ...cloud, keystoneUrl: url('keystone'), placementUrl: url('placement'), glanceUrl: url('glance') };
  const stage = makeStage(wish);
  try {
    await scenario.run(stage);
  } finally {
    stage.close();
    for (const server of servers) server.close();
  }
  return exchanges;
}

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly raw: Buffer;
}

function send(url: string, request: http.IncomingMessage, body: Buffer): Promise<Answer> {
  const { host: _host, 'transfer-encoding': _coding, connection: _connection, ...headers } = request.headers;
  return new Promise((resolve, reject) => {
    const onward = http.request(url, {
      method: request.method ?? 'GET',
      headers: { ...headers, 'content-length': body.length },
    });
    onward.once('error', reject);
    onward.once('response', (answer) => {
      const { statusCode = 0 } = answer;
      buffer(answer).then((raw) => resolve({ status: statusCode, headers: answer.headers, raw }), reject);
    });
    onward.end(body);
  });
}

await record(process.argv[2] ?? 'zed');
