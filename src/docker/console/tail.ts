/** The last `maxBytes` of a stream as text. Holds little more than that in memory. Bytes that are no UTF-8 become U+FFFD. */
export async function tailText(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const kept: Uint8Array[] = [];
  let keptBytes = 0;
  let seenBytes = 0;
  for await (const chunk of chunks) {
    kept.push(chunk);
    keptBytes += chunk.length;
    seenBytes += chunk.length;
    while (kept[0] !== undefined && keptBytes - kept[0].length >= maxBytes) {
      keptBytes -= kept[0].length;
      kept.shift();
    }
  }
  const end = Buffer.concat(kept).subarray(Math.max(0, keptBytes - maxBytes));
  return new TextDecoder('utf-8').decode(end.length < seenBytes ? fromCharacter(end) : end);
}

/** Leaves out what is left of a character that the cut went through. */
function fromCharacter(cut: Buffer): Buffer {
  let start = 0;
  while (start < 3 && ((cut[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return cut.subarray(start);
}
