/** `echo-server.ts URL TOPIC`: serves one method, `echo`, by this project's own wire, and says so on standard output. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_RABBIT_OPTIONS, Inbox, parseTransportUrl, RpcServer, Transport } from '../../src/oslo/index.js';

const [url = '', topic = ''] = process.argv.slice(2);
const log = { error: console.error, warn: () => {}, info: () => {}, debug: () => {} };
const options = DEFAULT_RABBIT_OPTIONS;
const transport = new Transport({ url: parseTransportUrl(url), options, program: 'echo-server', log });
transport.start();
const inbox = await Inbox.open({ path: await mkdtemp(join(tmpdir(), 'ncd-bench-')), log, now: Date.now });
const handlers = new Map([['echo', (request: { args: unknown }) => Promise.resolve(request.args)]]);
const endpoints = [{ namespace: null, version: '1.0', handlers }];
const server = new RpcServer({ transport, exchange: 'nova', server: 'echo', endpoints, inbox });
await server.listen(topic);
console.log('serving');
