import { externalEvents } from '../verbs/external-event.js';
import { addFixedIp, attachInterface, detachInterface, injectNetworkInfo, removeFixedIp } from '../verbs/interfaces.js';
import { changing, onHost, type RouteTable } from './route.js';

/** Ports, and what happens to them outside. None of these has a task state. */
export const networkRoutes: RouteTable = {
  external_instance_event: onHost(externalEvents),
  attach_interface: changing('attach_interface', attachInterface, { revertsTask: false, notify: 'interface_attach' }),
  detach_interface: changing('detach_interface', detachInterface, { revertsTask: false, notify: 'interface_detach' }),
  add_fixed_ip_to_instance: changing('add_fixed_ip_to_instance', addFixedIp, {
    event: null,
    revertsTask: false,
    notify: 'create_ip',
  }),
  remove_fixed_ip_from_instance: changing('remove_fixed_ip_from_instance', removeFixedIp, {
    event: null,
    revertsTask: false,
    notify: 'delete_ip',
  }),
  inject_network_info: changing('inject_network_info', injectNetworkInfo, { event: null, revertsTask: false }),
};
