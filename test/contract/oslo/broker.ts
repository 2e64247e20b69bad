import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SBIN = '/usr/lib/rabbitmq/bin';

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A certificate authority, and a certificate for `localhost` that it signed. */
export async function makeCertificates(directory: string): Promise<{ ca: string; cert: string; key: string }> {
  const path = (name: string): string => join(directory, name);
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: directory });
  const rsa = ['-newkey', 'rsa:2048', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...rsa,
    '-keyout',
    path('ca.key'),
    '-out',
    path('ca.pem'),
    '-days',
    '2',
    '-subj',
    '/CN=test authority',
  );
  await openssl('req', ...rsa, '-keyout', path('server.key'), '-out', path('server.csr'), '-subj', '/CN=localhost');
  await writeFile(path('san.cnf'), 'subjectAltName=DNS:localhost\n');
  const signing = [
    '-CA',
    path('ca.pem'),
    '-CAkey',
    path('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    path('san.cnf'),
  ];
  await openssl('x509', '-req', '-in', path('server.csr'), ...signing, '-out', path('server.pem'));
  return { ca: path('ca.pem'), cert: path('server.pem'), key: path('server.key') };
}

/** A RabbitMQ of the installed release in a folder of its own, with its own name server, that a test may kill. */
export class Broker {
  private readonly children: ChildProcess[] = [];
  private server: ChildProcess | undefined;

  private constructor(
    readonly directory: string,
    readonly ports: { readonly plain: number; readonly tls: number },
    readonly caFile: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async start(): Promise<Broker> {
    const directory = await mkdtemp(join(tmpdir(), 'oslo-broker-'));
    const [port, tlsPort, epmdPort, distPort] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const tls = await makeCertificates(directory);
    await writeFile(
      join(directory, 'rabbitmq.conf'),
      [
        `listeners.tcp.1 = 127.0.0.1:${port}`,
        `listeners.ssl.1 = 127.0.0.1:${tlsPort}`,
        `ssl_options.cacertfile = ${tls.ca}`,
        `ssl_options.certfile = ${tls.cert}`,
        `ssl_options.keyfile = ${tls.key}`,
        'ssl_options.verify = verify_none',
        'ssl_options.fail_if_no_peer_cert = false',
        '',
      ].join('\n'),
    );
    await writeFile(join(directory, 'enabled_plugins'), '[].\n');
    await mkdir(join(directory, 'log'));
    const environment: NodeJS.ProcessEnv = {
      PATH: process.env['PATH'],
      HOME: directory,
      ERL_EPMD_PORT: String(epmdPort),
      RABBITMQ_NODENAME: 'oslo@localhost',
      RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq'),
      RABBITMQ_MNESIA_BASE: join(directory, 'mnesia'),
      RABBITMQ_LOG_BASE: join(directory, 'log'),
      RABBITMQ_DIST_PORT: String(distPort),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'enabled_plugins'),
      RABBITMQ_PID_FILE: join(directory, 'pid'),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none',
    };
    const broker = new Broker(directory, { plain: port, tls: tlsPort }, tls.ca, environment);
    broker.children.push(spawn('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], { stdio: 'ignore' }));
    await broker.boot();
    return broker;
  }

  get url(): string {
    return `rabbit://guest:guest@127.0.0.1:${this.ports.plain}/`;
  }

  /** rabbitmqctl of this broker. */
  async ctl(...args: string[]): Promise<string> {
    const { stdout } = await run(join(SBIN, 'rabbitmqctl'), ['-q', ...args], { env: this.environment });
    return stdout;
  }

  /** The end of the node without a word, as a power cut would bring it. What is not on disk is lost. */
  async kill(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (!server || server.exitCode !== null) return;
    const exit = once(server, 'exit');
    // What was spawned is a shell script; the node's own process id is in the file.
    process.kill(Number((await readFile(this.pidFile, 'utf8')).trim()), 'SIGKILL');
    await exit;
  }

  /** Starts the node (again) with whatever its disk has. */
  async boot(): Promise<void> {
    await rm(this.pidFile, { force: true });
    this.server = spawn(join(SBIN, 'rabbitmq-server'), [], { env: this.environment, stdio: 'ignore' });
    await this.ctl('wait', '--timeout', '90', this.pidFile);
  }

  /** Stops node and name server, and removes the folder. */
  async stop(): Promise<void> {
    await this.kill();
    for (const child of this.children) child.kill('SIGTERM');
    await rm(this.directory, { recursive: true, force: true });
  }

  private get pidFile(): string {
    return join(this.directory, 'pid');
  }
}
