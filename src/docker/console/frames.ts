const HEADER_BYTES = 8;

/**
 * The payload of the engine's multiplexed log stream: frames of 8 bytes (stream number, three zeros, length, big
 * endian) and so many bytes of output. They come cut anywhere.
 */
export async function* unframed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let header = Buffer.alloc(0);
  let missing = 0;
  for await (const chunk of chunks) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (rest.length > 0) {
      if (missing === 0) {
        const wanted = HEADER_BYTES - header.length;
        header = Buffer.concat([header, rest.subarray(0, wanted)]);
        rest = rest.subarray(wanted);
        if (header.length < HEADER_BYTES) break;
        missing = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        continue;
      }
      const payload = rest.subarray(0, missing);
      missing -= payload.length;
      rest = rest.subarray(payload.length);
      yield payload;
    }
  }
}
