import assert from 'node:assert/strict';
import { contextFromWire, contextToWire } from '../../../src/oslo/context-wire.js';
import { decodeEnvelope, encodeBare, encodeEnvelope } from '../../../src/oslo/envelope.js';
import { decodeFailure } from '../../../src/oslo/failure.js';
import { decodeReply, decodeRequest, encodeReply, encodeRequest } from '../../../src/oslo/message.js';
import { readTour } from '../../wire/reader.js';

function withPrefix(message: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(message).filter(([key]) => key.startsWith('_context_')));
}

for (const release of ['zed', 'epoxy'] as const) {
  describe(`recorded traffic of ${release}`, () => {
    const tour = readTour(release);
    const requests = tour.filter(({ message }) => 'method' in message);
    const replies = tour.filter(({ message }) => 'failure' in message);

    it('every message passes through the envelope unchanged', () => {
      for (const { message, enveloped } of tour) {
        assert.deepEqual(decodeEnvelope(enveloped ? encodeEnvelope(message) : encodeBare(message)), message);
      }
    });

    it('every request is read, and written again with the same keys and values', () => {
      assert.ok(requests.length > 700);
      for (const { message, properties } of requests) {
        const request = decodeRequest(message);
        assert.deepEqual(encodeRequest(request), message);
        assert.equal(request.replyTo !== null, 'expiration' in properties);
      }
    });

    it('every context keeps all its keys and values', () => {
      for (const { message } of requests)
        assert.deepEqual(contextToWire(contextFromWire(message)), withPrefix(message));
    });

    it('every reply is read, and written again the same', () => {
      assert.ok(replies.length > 700);
      for (const { message } of replies) assert.deepEqual(encodeReply(decodeReply(message)), message);
    });

    it('every failure names its class and speaks for people', () => {
      const failures = replies.map(({ message }) => decodeReply(message).failure).filter((failure) => failure !== null);
      assert.ok(failures.length > 0);
      for (const failure of failures) {
        const error = decodeFailure(failure, () => 'NotFound');
        const wire = JSON.parse(failure) as { class: string; message: string };
        assert.deepEqual(
          [error.nova?.name, error.kind, error.message],
          [wire.class, 'NotFound', wire.message || `the peer failed with ${wire.class}`],
        );
      }
    });

    it('every notification carries a context that we can write', () => {
      for (const { message } of tour.filter((line) => 'event_type' in line.message)) {
        assert.deepEqual(contextToWire(contextFromWire(message)), withPrefix(message));
      }
    });
  });
}
