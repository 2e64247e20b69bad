// Are the definitions that are checked in those of the installed Nova?
// Usage: tools/objects/check [python]      (python: the one that Nova is installed for)
// Exit status: 0 yes, or only newer in ways that we read; 1 no; 2 there is no Nova that can be asked.
import { compare, releaseOf } from './compare.js';
import { dumpNova, type Dump } from './dump.js';
import { readStored } from './stored.js';

const python = process.argv[2] ?? '/usr/bin/python3';

function dumpOrExit(): Dump {
  try {
    const dump = dumpNova(python);
    if (dump !== undefined) return dump;
    console.error(`${python} has no Nova: install python3-nova, or name another python`);
  } catch (error) {
    console.error((error as Error).message);
  }
  process.exit(2);
}

const dump = dumpOrExit();
const { fingerprints, registry } = readStored();
const differences = compare(fingerprints, registry, dump);
const isSame = releaseOf(dump.nova) === releaseOf(fingerprints.nova);
for (const { object, what, isTolerable } of differences) {
  console.log(`${isTolerable && !isSame ? 'newer  ' : 'CHANGED'} ${object}: ${what}`);
}
const wrong = differences.filter(({ isTolerable }) => isSame || !isTolerable).length;
console.log(
  `nova ${dump.nova} against definitions of ${fingerprints.nova}: ${differences.length} differences, ${wrong} that matter`,
);
if (wrong > 0) {
  console.log(
    'Made for another release on purpose? Then run tools/objects/generate.ts and look at what uses the objects.',
  );
  process.exit(1);
}
