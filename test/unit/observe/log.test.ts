import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ServiceError } from '../../../src/errors/kinds.js';
import { withLogFields } from '../../../src/observe/context.js';
import { at, captured } from './surroundings.js';

const request = { requestId: 'req-1', userId: 'u1', projectId: 'p1', instanceUuid: 'i-1' };

describe('observe/log: lines', () => {
  it('looks like oslo.log without a request', () => {
    const { logging, out } = captured();
    logging.log.child('engine').info('ready', { version: '20.10', count: 2, where: 'a b' });
    assert.deepEqual(out, [
      '2026-11-22 18:30:18.094 77 INFO nova_compute_docker.engine [-] ready version=20.10 count=2 where="a b"',
    ]);
  });

  it('looks like oslo.log within a request', () => {
    const { logging, out } = captured();
    withLogFields(request, () => logging.log.warn('slow'));
    withLogFields({ ...request, globalRequestId: 'req-g' }, () => logging.log.error('bad', { instanceUuid: 'i-2' }));
    assert.deepEqual(out, [
      '2026-11-22 18:30:18.094 77 WARNING nova_compute_docker [None req-1 u1 p1 - - - -] [instance: i-1] slow',
      '2026-11-22 18:30:18.094 77 ERROR nova_compute_docker [req-g req-1 u1 p1 - - - -] [instance: i-2] bad',
    ]);
  });

  it('shows the stack of what nobody expected, and only the message of what an adapter translated', () => {
    const { logging, out } = captured();
    logging.log.error('failed', { error: new ServiceError('Timeout', 'no answer') });
    assert.deepEqual(out, ['2026-11-22 18:30:18.094 77 ERROR nova_compute_docker [-] failed: no answer']);
    logging.log.error('failed', { error: new TypeError('x', { cause: new Error('y') }) });
    const lines = out[1]?.split('\n') ?? [];
    assert.match(lines[1] ?? '', /^2026-11-22 18:30:18\.094 77 ERROR nova_compute_docker TypeError: x$/);
    assert.ok(lines.some((line) => line.endsWith('Caused by: Error: y')));
    assert.ok(lines.slice(1).every((line) => line.startsWith('2026-11-22')));
  });

  it('lets no text from outside begin a line or steer a terminal', () => {
    const { logging, out } = captured();
    const evil = 'x\n2026-11-22 ERROR forged\r\u001b[31m\u0085';
    withLogFields({ requestId: evil, userId: evil, instanceUuid: evil }, () =>
      logging.log.info(evil, { evil, error: evil }),
    );
    const text = out.join('\n');
    assert.doesNotMatch(text, /^2026-11-22 ERROR/m);
    assert.doesNotMatch(text, /[^\n\P{Cc}]/u);
  });

  it('knows levels by name of the logger, also while running', () => {
    const { logging, out } = captured({
      levels: ['nova_compute_docker.a=DEBUG', 'nova_compute_docker.a.b=ERROR', 'amqp=WARN', 'x'],
    });
    const [a, ab, c] = [logging.log.child('a'), logging.log.child('a').child('b'), logging.log.child('c')];
    for (const each of [a, ab, c]) each.debug('1');
    ab.warn('2');
    logging.apply({ debug: true, levels: ['nova_compute_docker.a=30'] });
    for (const each of [a, ab, c]) each.debug('3');
    a.warn('4');
    assert.deepEqual(
      out.map((line) => line.split(' ').slice(4).join(' ')),
      ['nova_compute_docker.a [-] 1', 'nova_compute_docker.c [-] 3', 'nova_compute_docker.a [-] 4'],
    );
  });

  it('removes secrets from message, details and error', () => {
    const { logging, out } = captured({ secrets: ['hunter2'] });
    logging.log.error('to rabbit://a:b@h hunter2', {
      admin_password: 'pw1',
      deep: [{ auth_token: 'pw2' }],
      error: new Error('hunter2 at https://x:y@z'),
    });
    assert.doesNotMatch(out.join('\n'), /hunter2|pw1|pw2|a:b@|x:y@/);
  });

  it('writes JSON with the members of oslo.log', () => {
    const { logging, out } = captured({ json: true });
    withLogFields(request, () => logging.log.error('bad', { n: 1, error: new ServiceError('Invalid', 'two\nlines') }));
    assert.deepEqual(JSON.parse(out[0] ?? ''), {
      message: 'bad',
      asctime: '2026-11-22 18:30:18',
      name: 'nova_compute_docker',
      levelname: 'ERROR',
      levelno: 40,
      created: at.getTime() / 1000,
      msecs: 94,
      process: 77,
      process_name: 'nova-compute-docker',
      hostname: 'node-1',
      error_summary: 'two\nlines',
      traceback: null,
      context: { request_id: 'req-1', user_id: 'u1', project_id: 'p1', resource_uuid: 'i-1' },
      extra: { n: 1 },
    });
  });
});

describe('observe/log: files', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'log-test-'));
    file = path.join(folder, 'sub', 'n.log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const messages = (name: string) =>
    readFileSync(name, 'utf8')
      .split('\n')
      .map((line) => line.split(' ').at(-1))
      .filter(Boolean);

  it('makes the directory, adds to what is there, and writes at once', () => {
    for (const text of ['one', 'two']) {
      const { logging, out } = captured({ file });
      logging.log.info(text);
      assert.deepEqual(messages(file).at(-1), text);
      assert.deepEqual(out, []);
      logging.close();
    }
    assert.deepEqual(messages(file), ['one', 'two']);
    assert.equal(statSync(file).mode & 0o027, 0, 'others may not read it');
  });

  it('writes to standard error as well if told', () => {
    const { logging, err } = captured({ file, useStderr: true });
    logging.log.info('both');
    assert.equal(err.length, 1);
    assert.deepEqual(messages(file), ['both']);
    logging.close();
  });

  it('goes on in a new file when told to reopen, and when it sees the old one gone', () => {
    let nowMs = at.getTime();
    const { logging } = captured({ file }, () => new Date(nowMs));
    logging.log.info('one');
    renameSync(file, `${file}.1`);
    logging.log.info('still');
    logging.reopen();
    logging.log.info('two');
    renameSync(file, `${file}.2`);
    nowMs += 1001;
    logging.log.info('three');
    logging.close();
    assert.deepEqual(
      [messages(`${file}.1`), messages(`${file}.2`), messages(file)],
      [['one', 'still'], ['two'], ['three']],
    );
  });

  it('goes on with standard error when the file cannot be written', () => {
    const { logging, err } = captured({ file: '/dev/full' });
    logging.log.info('lost?');
    assert.match(err.join(), /lost\?$/);
    logging.close();
  });

  it('says so when the file cannot be opened', () => {
    assert.throws(() => captured({ file: '/proc/nowhere/x.log' }), /ENOENT/);
  });
});
