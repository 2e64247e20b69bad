import { equal } from 'node:assert/strict';
import { engineWords } from '../../../../src/docker/engine/failure.js';

describe('docker/engine/failure', () => {
  const rows: [string, string][] = [
    [
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown',
      'exec: "nope": executable file not found in $PATH',
    ],
    [
      'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "x": permission denied: unknown',
      'exec: "x": permission denied',
    ],
    ['Error response from daemon: Minimum memory limit allowed is 6MB', 'Minimum memory limit allowed is 6MB'],
    [
      'open /var/lib/docker/overlay2/0a1b/diff/etc/passwd: no such file or directory',
      'open (engine storage): no such file or directory',
    ],
    ['two\nlines', 'two lines'],
  ];
  for (const [message, words] of rows) {
    it(`says: ${words}`, () => {
      equal(engineWords(message), words);
    });
  }

  it('cuts what is endless', () => {
    equal(engineWords('x'.repeat(5000)).length, 601);
  });
});
