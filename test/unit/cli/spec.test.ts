import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { parseCommandLine } from '../../../src/cli/command-line.js';
import { exitCodes, type ExitCode } from '../../../src/cli/exit-codes.js';
import { specCommand, type ShowSpec } from '../../../src/cli/spec.js';
import { ServiceError } from '../../../src/errors/kinds.js';

const UUID = '11111111-1111-4111-8111-111111111111';

describe('cli/spec', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'ncd-spec-'))));
  after(() => rmSync(folder, { recursive: true }));

  async function run(
    show: ShowSpec,
    operand: string,
    text = '',
  ): Promise<{ code: ExitCode; out: string; err: string }> {
    const file = join(folder, 'nova.conf');
    writeFileSync(file, `[DEFAULT]\nstate_path = ${folder}\n${text}`);
    const said = { out: '', err: '' };
    const into = (name: 'out' | 'err') =>
      new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          said[name] += chunk.toString();
          done();
        },
      });
    const line = parseCommandLine(['spec', operand, '--config-file', file]);
    const surroundings = { environment: {}, stdout: into('out'), stderr: into('err') };
    const code = await specCommand(() => Promise.resolve(show))({ line, operands: [operand] }, surroundings);
    return { code, ...said };
  }

  it('prints JSON and nothing else; what goes wrong on the way is told beside it', async () => {
    const { code, out, err } = await run((config, log, uuid) => {
      log.warn('the broker is away');
      log.info('not told');
      return Promise.resolve({ uuid, host: typeof config.DEFAULT.host });
    }, UUID.toUpperCase());
    equal(code, exitCodes.ok);
    deepEqual(JSON.parse(out), { uuid: UUID, host: 'string' });
    equal(err, 'the broker is away\n');
  });

  const refused = (): Promise<never> =>
    Promise.reject(new ServiceError('Invalid', 'A setting is refused: docker:comand in the flavor'));

  it('says why there is none', async () => {
    const { code, out, err } = await run(refused, UUID);
    deepEqual([code, out, err], [exitCodes.failed, '', 'A setting is refused: docker:comand in the flavor\n']);
  });

  it('wants a uuid, and a configuration without mistakes', async () => {
    const named = await run(refused, 'web-1');
    equal(named.code, exitCodes.usage);
    match(named.err, /"web-1" is no uuid/);
    const wrong = await run(refused, UUID, '[docker]\nruntme = x\n');
    equal(wrong.code, exitCodes.config);
    match(wrong.err, /runtme/);
  });
});
