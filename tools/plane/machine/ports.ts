import { createServer } from 'node:net';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { Trouble } from '../trouble.js';
import { commandLine, livingProcesses } from './processes.js';

/** True when something can listen on the loopback port in this network namespace. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** The same names with a free port each: the wanted one, or the next free one of wanted + 1000, + 2000, ... */
export async function freePorts<Name extends string>(
  wanted: Readonly<Record<Name, number>>,
): Promise<Record<Name, number>> {
  const found = { ...wanted } as Record<Name, number>;
  for (const name of Object.keys(wanted) as Name[]) found[name] = await freePort(name, wanted[name]);
  return found;
}

async function freePort(name: string, wanted: number): Promise<number> {
  for (let port = wanted; port < 65_536; port += 1000) if (await isFree(port)) return port;
  throw new Trouble(`no free port for ${name}: ${wanted} and those each 1000 higher are all taken`);
}

/** Who listens on the port, in words; for an error that names the culprit. */
export function listenerOf(port: number): string {
  const inode = listeningInode(port);
  if (inode === null) return 'another process';
  for (const { pid } of livingProcesses()) {
    if (openSockets(pid).includes(`socket:[${inode}]`)) return `process ${pid} (${commandLine(pid).slice(0, 80)})`;
  }
  return 'another process';
}

function listeningInode(port: number): string | null {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(suffix) === true && fields[3] === '0A') return fields[9] ?? null;
    }
  }
  return null;
}

function openSockets(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return '';
      }
    });
  } catch {
    return [];
  }
}
