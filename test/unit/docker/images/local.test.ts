import { deepEqual } from 'node:assert/strict';
import { findLocal } from '../../../../src/docker/images/local.js';
import { json, withScriptedEngine } from '../scriptedEngine.js';

describe('docker/images/local', () => {
  it('tells how often an image has itself checked, and nothing of one that does not', () =>
    withScriptedEngine(async ({ engine, routes }) => {
      const Healthcheck = { Test: ['CMD', '/ok'], Interval: 1_000_000 };
      routes.set('GET /images/a:1/json', json(200, { Size: 1, Config: { Healthcheck } }));
      routes.set('GET /images/b:1/json', json(200, { Size: 1, Config: { Healthcheck: null } }));
      const found = [await findLocal(engine, 'a', 'a:1'), await findLocal(engine, 'b', 'b:1')];
      deepEqual(
        found.map((image) => image?.defaults.health),
        [{ intervalS: 0.001, startIntervalS: 0 }, undefined],
      );
    }));
});
