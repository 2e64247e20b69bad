/** Versions of the two layouts (nova/api/metadata/base.py, release 26; later ones add none). */

export const EC2_VERSIONS = [
  ...['1.0', '2007-01-19', '2007-03-01', '2007-08-29', '2007-10-10'],
  ...['2007-12-15', '2008-02-01', '2008-09-01', '2009-04-04', 'latest'],
] as const;

export const OPENSTACK_VERSIONS = [
  ...['2012-08-10', '2013-04-04', '2013-10-17', '2015-10-15', '2016-06-30'],
  ...['2016-10-06', '2017-02-22', '2018-08-27', '2020-10-14', 'latest'],
] as const;

/** Whether a version has what came with `since`. Dates compare as texts; `latest` is behind and `1.0` before them all. */
export function has(version: string, since: string): boolean {
  return version >= since;
}
