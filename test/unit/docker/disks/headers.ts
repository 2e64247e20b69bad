import type { Header } from 'tar-stream';

/** What tar-stream tells of a folder beside its name. */
export const NOTHING_SAID: Omit<Header, 'name'> = {
  ...{ type: 'directory', linkname: '', size: 0, mtime: new Date(0) },
  ...{ mode: 0o755, uid: 0, gid: 0, uname: '', gname: '', devmajor: 0, devminor: 0 },
};
