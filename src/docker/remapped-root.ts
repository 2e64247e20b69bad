/**
 * Whose files on the host are those of root in containers, for an engine that maps users (`userns-remap`): it keeps its
 * data in a folder named `uid.gid` of the mapped root. undefined: users are not mapped.
 */
export function remappedRoot(rootDirectory: string): { readonly uid: number; readonly gid: number } | undefined {
  const [, uid, gid] = /\/(\d+)\.(\d+)$/.exec(rootDirectory) ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}
