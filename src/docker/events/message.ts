import type { ContainerEvent } from '../../compute/ports/containers.js';
import type { EngineMessage } from '../engine/wire.js';
import { ownerOf } from '../labels.js';

type ContainerAction = Extract<ContainerEvent, { type: 'container' }>['action'];

/** The engine's action words that are asked for, and Nova's side of them. */
const CONTAINER_ACTIONS: Readonly<Record<string, ContainerAction>> = {
  create: 'create',
  start: 'start',
  die: 'die',
  pause: 'pause',
  unpause: 'unpause',
  destroy: 'destroy',
  oom: 'oom',
  kill: 'kill',
  update: 'update',
  health_status: 'health',
};

/** What becomes of an image's names. */
const IMAGE_ACTIONS = ['delete', 'untag', 'tag', 'load', 'import', 'pull'] as const;

export const EVENT_TYPES: readonly string[] = ['container', 'image'];
export const EVENT_ACTIONS: readonly string[] = [...Object.keys(CONTAINER_ACTIONS), ...IMAGE_ACTIONS];

/** An event of a container of ours; undefined for any other message. */
export function containerEventOf(message: EngineMessage, host: string): ContainerEvent | undefined {
  if (message.Type !== 'container') return undefined;
  const { ID: containerId = '', Attributes: attributes = {} } = message.Actor ?? {};
  // `health_status: healthy` is one word of action and one of detail.
  const [word, health = ''] = (message.Action ?? '').split(': ');
  const action = CONTAINER_ACTIONS[String(word)];
  const key = ownerOf(attributes['name'] ?? '', attributes, host);
  if (action === undefined || key === undefined) return undefined;
  const at = new Date(eventTimeMs(message));
  return { type: 'container', key, containerId, action, at, ...detailsOf(action, attributes, health) };
}

function detailsOf(
  action: ContainerAction,
  attributes: Readonly<Record<string, string>>,
  health: string,
): { exitCode: number | null; detail: string } {
  if (action === 'die') return { exitCode: Number(attributes['exitCode'] ?? 0), detail: '' };
  if (action === 'kill') return { exitCode: null, detail: attributes['signal'] ?? '' };
  return { exitCode: null, detail: health };
}

/** When it happened, by the engine's clock, in ms since 1970. */
export function eventTimeMs(message: EngineMessage): number {
  return message.timeNano === undefined ? (message.time ?? 0) * 1000 : Math.trunc(message.timeNano / 1e6);
}

/** True when a message may mean that a name of an image, or the image, is no longer what it was. */
export function isImageChange(message: EngineMessage): boolean {
  return (
    message.Type === 'image' && (message.Action === 'delete' || message.Action === 'untag' || message.Action === 'tag')
  );
}
