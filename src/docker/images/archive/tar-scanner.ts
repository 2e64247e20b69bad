import { BLOCK_BYTES, broken, kindOfEntry, paxSize, readHeader, readPax } from './tar-header.js';
import type { EntryKind, RawHeader } from './tar-header.js';

/** An entry of a tar archive. */
export interface ScannedEntry {
  readonly path: string;
  readonly kind: EntryKind;
  /** Where a link points, as written. */
  readonly linkPath: string;
  /** What it takes on a disk: a sparse file's holes are written as zeros there. */
  readonly expandedBytes: number;
  /** What it takes in the archive. */
  readonly storedBytes: number;
}

export interface ScanListener {
  /** Every entry, when its header is complete. What it throws ends the scan. */
  entry(entry: ScannedEntry): void;
  /** The first bytes of a file's body, HEAD_BYTES or all of them. Called after `entry`, only for files that have any. */
  head?(entry: ScannedEntry, bytes: Buffer): void;
}

/** Enough to tell a program from a text. */
export const FILE_HEAD_BYTES = 20;

/** As much as Go's archive/tar, with which the engine reads, takes of an extended header. */
const MOST_EXTENSION_BYTES = 1024 * 1024;

/** Header-only: no body follows them, whatever size they name (Go's archive/tar, isHeaderOnlyType). */
const WITHOUT_BODY: ReadonlySet<EntryKind> = new Set(['link', 'symlink', 'directory', 'device']);

const EXTENSIONS = new Set(['x', 'g', 'L', 'K']);

/**
 * Reads the headers of a tar archive that goes by, and leaves the bodies alone. Understands POSIX ustar and pax, GNU's
 * long names and all sparse formats, as the engine does (Go's archive/tar).
 */
export class TarScanner {
  readonly #block = Buffer.alloc(BLOCK_BYTES);
  #blockFill = 0;
  /** Bytes of the current body with its padding that are still to come. */
  #skip = 0;
  #extension: { readonly header: RawHeader; readonly chunks: Buffer[]; missing: number } | undefined;
  #isMapFollowing = false;
  #records = new Map<string, string>();
  #longName: string | undefined;
  #longLink: string | undefined;
  #head: { readonly entry: ScannedEntry; bytes: Buffer; readonly wanted: number } | undefined;
  #pendingBody = 0;
  #isOver = false;

  constructor(private readonly listener: ScanListener) {}

  /** Takes the next piece. Throws BadArchive, and what the listener throws. */
  take(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < bytes.length && !this.#isOver;) at += this.#step(bytes.subarray(at));
  }

  /** To be called at the data's end. Throws BadArchive when it comes in the middle of something. */
  end(): void {
    if (this.#isOver) return;
    if (this.#skip > 0 || this.#blockFill > 0 || this.#extension !== undefined || this.#isMapFollowing) {
      throw broken('it ends in the middle of an entry');
    }
  }

  /** Uses up some of the bytes; says how many. */
  #step(bytes: Buffer): number {
    if (this.#extension !== undefined) return this.#takeExtension(bytes);
    if (this.#skip > 0) return this.#takeBody(bytes);
    const taken = bytes.copy(this.#block, this.#blockFill, 0, BLOCK_BYTES - this.#blockFill);
    this.#blockFill += taken;
    if (this.#blockFill === BLOCK_BYTES) {
      this.#blockFill = 0;
      this.#takeBlock(this.#block);
    }
    return taken;
  }

  #takeBlock(block: Buffer): void {
    if (this.#isMapFollowing) {
      this.#isMapFollowing = block[504] !== 0;
      if (!this.#isMapFollowing) this.#skip = this.#pendingBody;
      return;
    }
    const header = readHeader(block);
    if (header === undefined) {
      // A second block of zeros follows, or the data end: what comes after is no part of the archive.
      this.#isOver = true;
      return;
    }
    if (EXTENSIONS.has(header.type)) this.#beginExtension(header);
    else this.#takeHeader(header);
  }

  #beginExtension(header: RawHeader): void {
    if (header.sizeBytes > MOST_EXTENSION_BYTES) throw broken('an extended header is too large');
    this.#extension = { header, chunks: [], missing: header.sizeBytes };
    if (header.sizeBytes === 0) this.#endExtension();
  }

  #takeExtension(bytes: Buffer): number {
    const extension = this.#extension;
    if (extension === undefined) return 0;
    const part = bytes.subarray(0, extension.missing);
    extension.chunks.push(Buffer.from(part));
    extension.missing -= part.length;
    if (extension.missing === 0) this.#endExtension();
    return part.length;
  }

  #endExtension(): void {
    if (this.#extension === undefined) return;
    const { header, chunks } = this.#extension;
    const body = Buffer.concat(chunks);
    this.#extension = undefined;
    this.#skip = padded(header.sizeBytes) - header.sizeBytes;
    if (header.type === 'x') this.#records = new Map(readPax(body));
    if (header.type === 'L') this.#longName = textOf(body);
    if (header.type === 'K') this.#longLink = textOf(body);
  }

  #takeHeader(header: RawHeader): void {
    const entry = this.#entryOf(header);
    const body = WITHOUT_BODY.has(entry.kind) ? 0 : padded(entry.storedBytes);
    this.#records = new Map();
    this.#longName = undefined;
    this.#longLink = undefined;
    this.listener.entry(entry);
    if (entry.kind === 'file' && entry.storedBytes > 0 && this.listener.head !== undefined) {
      this.#head = { entry, bytes: Buffer.alloc(0), wanted: Math.min(FILE_HEAD_BYTES, entry.storedBytes) };
    }
    this.#isMapFollowing = header.isExtended;
    this.#pendingBody = body;
    if (!header.isExtended) this.#skip = body;
  }

  #entryOf(header: RawHeader): ScannedEntry {
    const records = this.#records;
    const storedBytes = paxSize(records, 'size') ?? header.sizeBytes;
    const sparse = paxSize(records, 'GNU.sparse.realsize', 'GNU.sparse.size') ?? header.sparseBytes ?? 0;
    const path = records.get('GNU.sparse.name') ?? records.get('path') ?? this.#longName ?? header.name;
    const kind = kindOfEntry({ type: header.type, name: path });
    return {
      path,
      kind,
      linkPath: records.get('linkpath') ?? this.#longLink ?? header.linkName,
      storedBytes,
      expandedBytes: Math.max(storedBytes, sparse),
    };
  }

  #takeBody(bytes: Buffer): number {
    const part = bytes.subarray(0, this.#skip);
    this.#skip -= part.length;
    const head = this.#head;
    if (head !== undefined) {
      head.bytes = Buffer.concat([head.bytes, part.subarray(0, head.wanted - head.bytes.length)]);
      if (head.bytes.length === head.wanted) {
        this.#head = undefined;
        this.listener.head?.(head.entry, head.bytes);
      }
    }
    return part.length;
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

function textOf(body: Buffer): string {
  const end = body.indexOf(0);
  return body.toString('utf8', 0, end === -1 ? body.length : end);
}
