import { externalEvents } from '../verbs/external-event.js';
import { refuse } from '../verbs/unsupported.js';
import { changing, onHost, type RouteTable } from './route.js';

const NOT_YET = 'This compute service does not do that yet.';
const NO_ATTACH = { name: 'AttachInterfaceNotSupported', code: 400 };

/** Ports, and what happens to them outside. */
export const networkRoutes: RouteTable = {
  external_instance_event: onHost(externalEvents),
  attach_interface: changing('attach_interface', refuse(NOT_YET, NO_ATTACH), { revertsTask: false }),
  detach_interface: changing('detach_interface', refuse(NOT_YET), { revertsTask: false }),
  add_fixed_ip_to_instance: changing('add_fixed_ip_to_instance', refuse(NOT_YET), { event: null, revertsTask: false }),
  remove_fixed_ip_from_instance: changing('remove_fixed_ip_from_instance', refuse(NOT_YET), {
    event: null,
    revertsTask: false,
  }),
  inject_network_info: changing('inject_network_info', refuse(NOT_YET), { event: null, revertsTask: false }),
};
