/**
 * The words that serve a WSGI script on loopback. Without `Connection: close` clients get connection resets.
 * One process with threads: a plane's APIs are idle most of the time, and every process costs memory and start time.
 */
export function uwsgi(port: number, script: string, args: readonly string[] = []): string[] {
  return [
    'uwsgi',
    '--plugin=python3',
    `--http-socket=127.0.0.1:${port}`,
    `--wsgi-file=${script}`,
    ...(args.length === 0 ? [] : [`--pyargv=${args.join(' ')}`]),
    '--processes=1',
    '--threads=8',
    '--enable-threads',
    '--need-app',
    '--die-on-term',
    '--buffer-size=65535',
    '--listen=100',
    '--add-header=Connection: close',
    '--disable-logging',
  ];
}
