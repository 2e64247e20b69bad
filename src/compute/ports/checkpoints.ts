import type { Readable } from 'node:stream';
import type { ContainerKey } from './containers.js';

/** What decides whether processes that were written on one host run on another. */
export interface CheckpointAbility {
  /** Version of the container engine. */
  readonly engine: string;
  readonly criu: string;
  readonly kernel: string;
  /** What the processors can do, in the kernel's words, sorted. */
  readonly cpuFlags: readonly string[];
}

/**
 * Containers' processes as files, to be taken up on another host. Implemented by docker/checkpoints. A checkpoint is known
 * by its container and a name (letters, digits, `-`, `_`, `.`; first a letter or digit). It holds all of the server's memory.
 */
export interface Checkpoints {
  /**
   * What of this host decides whether a checkpoint of another one runs here. Throws Unsupported with the reason where the
   * option is off or something is missing.
   */
  ability(signal: AbortSignal): Promise<CheckpointAbility>;
  /**
   * Freezes the container, writes its processes' memory to the host's disk and ends them. Throws Unsupported with CRIU's
   * words, the container running on, when it can't be. Repeatable: one that was written under this name is found again.
   */
  take(key: ContainerKey, name: string, signal: AbortSignal): Promise<{ readonly bytes: number }>;
  /** The checkpoint as a tar stream (of the engine's folder of it). */
  read(key: ContainerKey, name: string, signal: AbortSignal): Promise<Readable>;
  /** Puts one that came from another host to a container that was made and has never run; whole or not at all. */
  place(key: ContainerKey, name: string, body: Readable, signal: AbortSignal): Promise<void>;
  /** Starts it where the checkpoint was taken. Throws Unsupported with CRIU's words; the container is stopped then. */
  restore(key: ContainerKey, name: string, signal: AbortSignal): Promise<void>;
  /** Nothing of it is left, containerd's copy (/tmp/ctrd-checkpoint*) included; fine when there is none. */
  forget(key: ContainerKey, name: string): Promise<void>;
}
