import { bootRoutes } from './boot.js';
import { consoleRoutes } from './console.js';
import { diskRoutes } from './disk.js';
import { hostRoutes } from './host.js';
import { moveRoutes } from './move.js';
import { networkRoutes } from './network.js';
import { powerRoutes } from './power.js';
import type { RouteTable } from './route.js';
import { volumeRoutes } from './volume.js';

/**
 * Every public method of nova's ComputeManager (compute RPC 6.5; serves 5.x too). What cannot be done has an answer as
 * well: a method without a route would leave the server's task_state set for ever.
 */
export const ROUTES: RouteTable = {
  ...bootRoutes,
  ...powerRoutes,
  ...diskRoutes,
  ...moveRoutes,
  ...networkRoutes,
  ...volumeRoutes,
  ...consoleRoutes,
  ...hostRoutes,
};
