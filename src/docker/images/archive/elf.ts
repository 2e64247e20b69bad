/** What a program is made for, by the machine number in its ELF header, in Go's words. */
const MACHINES: Readonly<Record<number, string>> = {
  3: '386',
  21: 'ppc64le',
  22: 's390x',
  40: 'arm',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
};

/** The architecture that a program is made for; undefined when the bytes do not begin a program of a known one. */
export function programArchitecture(head: Buffer): string | undefined {
  if (head.length < 20 || head.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  return MACHINES[head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18)];
}
