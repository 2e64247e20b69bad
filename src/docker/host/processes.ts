/** Processes of the host, handed in so that tests can have others. */
export interface HostProcesses {
  /**
   * Sends a signal to a process of that container; false when there is none of that number any more, or it is not the
   * container's (the number was given to another, or the engine counts in another namespace).
   */
  readonly signal: (pid: number, containerId: string, signal: 'SIGHUP' | 'SIGKILL') => Promise<boolean>;
}
