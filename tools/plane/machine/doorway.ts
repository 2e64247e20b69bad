import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';

/**
 * A program: takes connections at one address and makes them at another, each port to the same port.
 * Words: a file to write when all ports are open, the address to take at, the address to make at, the ports.
 */
const [marker = '', from = '', to = '', ...ports] = process.argv.slice(2);

function join(near: Socket, far: Socket): void {
  near.pipe(far);
  for (const event of ['error', 'close']) near.on(event, () => far.destroy());
}

for (const port of ports.map(Number)) {
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: to, port, allowHalfOpen: true });
    join(near, far);
    join(far, near);
  });
  server.listen(port, from);
  await once(server, 'listening');
}
writeFileSync(marker, '');
