import { build } from '../verbs/build.js';
import { terminate } from '../verbs/terminate.js';
import { changing, type RouteTable } from './route.js';

/** The beginning and the end of a server. */
export const bootRoutes: RouteTable = {
  build_and_run_instance: changing('build_and_run_instance', build, {
    event: 'compute__do_build_and_run_instance',
    revertsTask: false,
    recordsFault: false,
    asksFirst: true,
    limit: 'builds',
    resume: 'own',
  }),
  terminate_instance: changing('terminate_instance', terminate, {
    supersedes: true,
    resume: { tasks: ['deleting', null], done: ['deleted'] },
  }),
};
