/** How the process ends; systemd's and init scripts' rules are made of these (etc/, README). */
export const exitCodes = {
  /** Stopped as asked, or the command did its work. */
  ok: 0,
  /** Could not start, or ended without being asked. */
  failed: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** A mistake in the program (sysexits EX_SOFTWARE). */
  internal: 70,
  /** Another process has the state path (EX_TEMPFAIL). */
  taken: 75,
  /** The configuration has problems (EX_CONFIG). Starting again does not help. */
  config: 78,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
