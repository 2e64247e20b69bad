// tsc copies no data files: bring the generated JSON (object definitions, schemas) beside the code that reads it.
import { chmodSync, cpSync } from 'node:fs';

cpSync('src', 'dist', { recursive: true, filter: (source) => !/\.(ts|md)$/.test(source) });
chmodSync('dist/main.js', 0o755);
