import { ROUTES } from '../../compute/routes/routes.js';
import { messageOf } from '../../errors/kinds.js';
import type { RequestContext } from '../../observe/context.js';
import type { Redactor } from '../../observe/redact.js';
import type { ObjectValidator } from '../../objects/index.js';
import { decodeRequest, serves, type WireObject } from '../../oslo/index.js';
import { kindOfMessage, type Captured } from './captured.js';
import { tree } from './tree.js';

export interface ExplainParts {
  readonly redactor: Redactor;
  readonly validator: ObjectValidator;
  /** Versions of the compute interface that the service serves. */
  readonly versions: readonly string[];
}

/** A message in words: what it is, who sent it, what this service makes of it, and all that is in it but secrets. */
export function explain({ message, way }: Captured, parts: ExplainParts): string {
  const lines = linesOf(message, parts);
  const [head = '', ...rest] = way === undefined ? lines : [lines[0] ?? '', fact('way', way), ...lines.slice(1)];
  return `${[head, ...rest].join('\n')}\n`;
}

function linesOf(message: WireObject, parts: ExplainParts): readonly string[] {
  const kind = kindOfMessage(message);
  if (kind === 'notification') return notification(message, parts);
  return kind === 'reply' ? reply(message, parts) : request(message, parts);
}

function request(message: WireObject, parts: ExplainParts): readonly string[] {
  const { method, version, namespace, context, uniqueId, replyTo, args } = decodeRequest(message);
  const interfaceName = namespace === null ? '' : ` of ${namespace}`;
  return [
    `${replyTo === null ? 'cast' : 'call'} ${method}${interfaceName}, version ${version}`,
    ...sender(context),
    fact('unique id', uniqueId ?? 'none: duplicates of it cannot be told'),
    ...(replyTo === null ? [] : [fact('reply to', `${replyTo.replyQueue}, message id ${replyTo.messageId}`)]),
    fact('compute', standing({ method, version, namespace }, parts.versions)),
    ...checked(args, parts.validator),
    'arguments',
    ...tree(args, parts.redactor, '  '),
  ];
}

function sender(context: RequestContext): readonly string[] {
  const user = context.userName ?? context.userId ?? 'no user (a service of itself)';
  const project = context.projectName ?? context.projectId;
  const inProject = project === null ? '' : ` in project ${project}`;
  const token = context.authToken === null ? 'without a token' : 'with a token';
  return [
    fact('request', context.requestId === '' ? 'no id' : context.requestId),
    ...(context.globalRequestId === null ? [] : [fact('for', context.globalRequestId)]),
    fact('sender', `${user}${inProject}, ${context.isAdmin ? 'administrator' : 'no administrator'}, ${token}`),
    fact('at', context.timestamp === '' ? 'no time' : context.timestamp),
  ];
}

interface Asked {
  readonly method: string;
  readonly version: string;
  readonly namespace: string | null;
}

/** What a compute service of this program says to such a request. */
function standing({ method, version, namespace }: Asked, versions: readonly string[]): string {
  if (namespace !== null) return 'not of its interface (that has no namespace)';
  if (!versions.some((served) => serves(served, version))) {
    return `refuses it: version ${version} is not among those served (${versions.join(', ')})`;
  }
  return method in ROUTES ? 'has a route for it' : 'refuses it: no such method';
}

function checked(args: WireObject, validator: ObjectValidator): readonly string[] {
  return Object.entries(args).flatMap(([name, value]) => {
    try {
      validator.validate(value, name);
      return [];
    } catch (error) {
      return [fact('wrong', messageOf(error))];
    }
  });
}

interface Failure {
  readonly class?: unknown;
  readonly module?: unknown;
  readonly message?: unknown;
  readonly tb?: unknown;
}

function reply(message: WireObject, { redactor }: ExplainParts): readonly string[] {
  const { result = null, failure, ending, _msg_id: id } = message;
  const head = [
    fact('message id', String(id)),
    fact('ending', ending === true ? 'yes' : 'no: the callee is still at work'),
  ];
  if (typeof failure !== 'string') return ['reply', ...head, 'result', ...tree(result, redactor, '  ')];
  const { class: name, module, message: text, tb } = parsedFailure(failure);
  const traceback = Array.isArray(tb) && tb.length > 0 ? ['traceback', ...tb.map((line) => `  ${clean(line)}`)] : [];
  return [
    `failed reply: ${String(name)}`,
    ...head,
    fact('class', `${String(module)}.${String(name)}`),
    fact('reason', clean(text)),
    ...traceback,
  ];

  function clean(value: unknown): string {
    return redactor.text(String(value)).trimEnd();
  }
}

function parsedFailure(failure: string): Failure {
  try {
    return JSON.parse(failure) as Failure;
  } catch {
    return { class: 'unreadable', message: 'The failure is no JSON.' };
  }
}

function notification(message: WireObject, { redactor }: ExplainParts): readonly string[] {
  const { event_type: event, publisher_id: publisher, priority, timestamp, payload } = message;
  return [
    `notification ${String(event)}, ${String(priority)}`,
    fact('publisher', String(publisher)),
    fact('at', String(timestamp)),
    'payload',
    ...tree(payload, redactor, '  '),
  ];
}

function fact(name: string, text: string): string {
  return `  ${name.padEnd(11)}${text}`;
}
