import { deepEqual, equal, rejects } from 'node:assert/strict';
import { create } from '../../../../src/docker/containers/create.js';
import { OurContainers } from '../../../../src/docker/containers/ours.js';
import type { ContainerParts } from '../../../../src/docker/containers/parts.js';
import { remove } from '../../../../src/docker/containers/remove.js';
import { start } from '../../../../src/docker/containers/start.js';
import { containerLabels } from '../../../../src/docker/labels.js';
import { containerName } from '../../../../src/docker/names.js';
import { ServiceError, kindOf } from '../../../../src/errors/kinds.js';
import { keptLog, planOf } from '../plans.js';
import { json, withScriptedEngine, type Answer, type ScriptedEngine } from '../scriptedEngine.js';

const plan = planOf();
const NAME = containerName(plan.key);
const OURS = containerLabels(plan.key, { projectId: 'p' }, { host: 'node-1', imageLabels: {} });
const CREATE = 'POST /containers/create';
const LOOK = `GET /containers/${NAME}/json`;
const TAKEN = json(409, { message: 'Conflict. The container name is already in use' });
const MADE = json(201, { Id: 'new', Warnings: [] });
const signal = new AbortController().signal;

function partsOf({ engine }: ScriptedEngine): ContainerParts {
  return { engine, ours: new OurContainers(engine, 'node-1'), log: keptLog() };
}

function stands(id: string, status: string, labels: Readonly<Record<string, string>> = OURS): Answer {
  const State = { Status: status, ExitCode: 0, OOMKilled: false, Error: '', StartedAt: '', FinishedAt: '', Pid: 0 };
  return json(200, { Id: id, Name: `/${NAME}`, Config: { Labels: labels }, State });
}

/** Answers in turn; the last one stays. */
function inTurn(...answers: readonly Answer[]): Answer {
  let turn = 0;
  return (request, response, path) => {
    const answer = answers[Math.min(turn, answers.length - 1)];
    turn += 1;
    answer?.(request, response, path);
  };
}

describe('docker/containers: creation', () => {
  it('needs no look when the name is free', () =>
    withScriptedEngine(async (scripted) => {
      scripted.routes.set(CREATE, MADE);
      equal((await create(partsOf(scripted), plan, {}, signal)).containerId, 'new');
      deepEqual(scripted.asked, ['GET /version', CREATE]);
    }));

  for (const status of ['created', 'running', 'paused', 'exited']) {
    it(`adopts ours that is ${status}`, () =>
      withScriptedEngine(async (scripted) => {
        scripted.routes.set(CREATE, TAKEN);
        scripted.routes.set(LOOK, stands('old', status));
        const state = await create(partsOf(scripted), plan, {}, signal);
        deepEqual([state.containerId, state.status], ['old', status]);
      }));
  }

  for (const status of ['removing', 'dead']) {
    it(`replaces ours that is ${status}, when it is gone`, () =>
      withScriptedEngine(async (scripted) => {
        scripted.routes.set(CREATE, inTurn(TAKEN, MADE));
        scripted.routes.set(LOOK, stands('old', status));
        scripted.routes.set('DELETE /containers/old', json(409, { message: 'removal is already in progress' }));
        scripted.routes.set('POST /containers/old/wait', json(200, { StatusCode: 0 }));
        equal((await create(partsOf(scripted), plan, {}, signal)).containerId, 'new');
        deepEqual(scripted.asked.slice(-2), ['POST /containers/old/wait', CREATE]);
      }));
  }

  it('tries again when what held the name has gone in the meantime', () =>
    withScriptedEngine(async (scripted) => {
      scripted.routes.set(CREATE, inTurn(TAKEN, TAKEN, MADE));
      equal((await create(partsOf(scripted), plan, {}, signal)).containerId, 'new');
    }));

  it('gives up when the name is never free', () =>
    withScriptedEngine(async (scripted) => {
      scripted.routes.set(CREATE, TAKEN);
      await rejects(create(partsOf(scripted), plan, {}, signal), (error) => kindOf(error) === 'Conflict');
    }));

  const foreigners: [string, Readonly<Record<string, string>>][] = [
    ['without labels', {}],
    ['of another host', { ...OURS, 'org.openstack.nova.host': 'node-2' }],
    ['of another instance', { ...OURS, 'org.openstack.nova.instance_uuid': 'x' }],
  ];
  for (const [what, labels] of foreigners) {
    it(`does not touch a container ${what} that holds the name`, () =>
      withScriptedEngine(async (scripted) => {
        const parts = partsOf(scripted);
        scripted.routes.set(CREATE, TAKEN);
        scripted.routes.set(LOOK, stands('foreign', 'exited', labels));
        await rejects(create(parts, plan, {}, signal), (error) => kindOf(error) === 'Conflict');
        await remove(parts, plan.key);
        await rejects(start(parts, plan.key), (error) => kindOf(error) === 'NotFound');
        equal(
          scripted.asked.some((call) => call.includes('foreign')),
          false,
        );
      }));
  }

  it('says which image is missing', () =>
    withScriptedEngine(async (scripted) => {
      scripted.routes.set(CREATE, json(404, { message: 'No such image: nova-image/image-1:sha512-00' }));
      await rejects(
        create(partsOf(scripted), plan, {}, signal),
        (error) => error instanceof ServiceError && error.message === 'Image image-1 is no longer on this host.',
      );
    }));
});

describe('docker/containers: acting by id', () => {
  it('asks by name once, then acts by id', () =>
    withScriptedEngine(async (scripted) => {
      const parts = partsOf(scripted);
      scripted.routes.set(LOOK, stands('c1', 'exited'));
      scripted.routes.set('POST /containers/c1/start', json(304, {}));
      await start(parts, plan.key);
      await start(parts, plan.key);
      deepEqual(scripted.asked.slice(1), [LOOK, 'POST /containers/c1/start', 'POST /containers/c1/start']);
    }));

  it('looks again when the id is gone, and acts on what stands there now', () =>
    withScriptedEngine(async (scripted) => {
      const parts = partsOf(scripted);
      parts.ours.remember(plan.key, 'c1');
      scripted.routes.set(LOOK, stands('c2', 'exited'));
      scripted.routes.set('POST /containers/c2/start', json(304, {}));
      await start(parts, plan.key);
      deepEqual(scripted.asked.slice(1), ['POST /containers/c1/start', LOOK, 'POST /containers/c2/start']);
    }));

  const WORDS = 'exec: "nope": executable file not found in $PATH';
  for (const [status, kind, text, nova] of [
    [400, 'Invalid', `Instance ${plan.key.instanceUuid} is unacceptable: ${WORDS}`, 'InstanceUnacceptable'],
    [500, 'Internal', WORDS, undefined],
  ] as const) {
    it(`tells of a start that is refused with ${status} what the engine said`, () =>
      withScriptedEngine(async (scripted) => {
        const parts = partsOf(scripted);
        parts.ours.remember(plan.key, 'c1');
        const message = `OCI runtime create failed: ${WORDS}: unknown`;
        scripted.routes.set('POST /containers/c1/start', json(status, { message }));
        await rejects(start(parts, plan.key), (error) => {
          return (
            error instanceof ServiceError && error.kind === kind && error.message === text && error.nova?.name === nova
          );
        });
      }));
  }

  it('does not take a broken removal for a done one', () =>
    withScriptedEngine(async (scripted) => {
      const parts = partsOf(scripted);
      parts.ours.remember(plan.key, 'c1');
      scripted.routes.set('DELETE /containers/c1', json(500, { message: 'device or resource busy' }));
      await rejects(remove(parts, plan.key), /device or resource busy/);
    }));
});
