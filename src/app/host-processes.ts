import { readFile } from 'node:fs/promises';
import type { HostProcesses } from '../docker/host/processes.js';

/** Those of this machine. A process tells whose it is by its control group, which bears the container's id. */
export const hostProcesses: HostProcesses = {
  signal: async (pid, containerId, signal) => {
    try {
      if (!(await readFile(`/proc/${pid}/cgroup`, 'utf8')).includes(containerId)) return false;
      return process.kill(pid, signal);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ESRCH') return false;
      throw error;
    }
  },
};
