import { createCipheriv, createDecipheriv, randomBytes, type DecipherGCM } from 'node:crypto';
import { Transform } from 'node:stream';
import { ServiceError } from '../../errors/kinds.js';

const CIPHER = 'aes-256-gcm';
const [NONCE_BYTES, TAG_BYTES] = [12, 16];

/** The same as `seal` for bytes without an end in sight: nonce, text, tag. At most 64 GiB, which is the cipher's own limit. */
export function sealing(key: string, about: string): Transform {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, Buffer.from(key, 'base64'), nonce).setAAD(Buffer.from(about));
  let isFirst = true;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (isFirst) this.push(nonce);
      isFirst = false;
      done(null, cipher.update(chunk));
    },
    flush(done) {
      if (isFirst) this.push(nonce);
      this.push(cipher.final());
      done(null, cipher.getAuthTag());
    },
  });
}

/**
 * The way back. Errors with Invalid at its end when it was sealed with another key, about something else, was changed or
 * cut: whoever reads must not use what came before that.
 */
export function unsealing(key: string, about: string): Transform {
  let held = Buffer.alloc(0);
  let decipher: DecipherGCM | undefined;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      held = Buffer.concat([held, chunk]);
      if (decipher === undefined && held.length >= NONCE_BYTES) {
        decipher = opening(key, about, held.subarray(0, NONCE_BYTES));
        held = held.subarray(NONCE_BYTES);
      }
      // The last bytes may be the tag.
      const ready = held.subarray(0, Math.max(0, held.length - TAG_BYTES));
      if (decipher === undefined || ready.length === 0) return done();
      held = held.subarray(ready.length);
      done(null, decipher.update(ready));
    },
    flush(done) {
      try {
        if (decipher === undefined) throw new Error('too short');
        done(null, decipher.setAuthTag(held).final());
      } catch (cause) {
        done(new ServiceError('Invalid', 'What another host has sent of a server was changed on its way.', { cause }));
      }
    },
  });
}

function opening(key: string, about: string, nonce: Buffer): DecipherGCM {
  const options = { authTagLength: TAG_BYTES };
  return createDecipheriv(CIPHER, Buffer.from(key, 'base64'), nonce, options).setAAD(Buffer.from(about));
}
