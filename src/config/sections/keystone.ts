import { option } from '../option.js';
import { list } from '../values/containers.js';
import { boolean, integer, oneOf, string } from '../values/scalars.js';

const auth = { auth: true } as const;
const text = (help: string) => option(string(), { ...auth, help });

/** How to reach Keystone and prove who we are: the password plugins of keystoneauth1 (loading/identity.py, 5.0). */
export const authOptions = {
  auth_section: option(string(), {
    help: 'Another section of which the auth_* and user settings are taken.',
  }),
  auth_type: option(oneOf('password', 'v3password'), {
    ...auth,
    oldNames: [{ name: 'auth_plugin' }],
    help: 'How to authenticate.',
  }),
  auth_url: text('Address of Keystone, e.g. https://controller:5000/v3.'),
  username: option(string(), {
    ...auth,
    oldNames: [{ name: 'user-name' }],
    help: 'Name of the service user.',
  }),
  user_id: text('Id of the service user.'),
  user_domain_name: text('Name of the domain of the service user.'),
  user_domain_id: text('Id of the domain of the service user.'),
  password: option(string(), { ...auth, secret: true, help: 'Password of the service user.' }),
  project_name: option(string(), {
    ...auth,
    oldNames: [{ name: 'tenant-name' }],
    help: 'Name of the project in which the service user acts.',
  }),
  project_id: option(string(), {
    ...auth,
    oldNames: [{ name: 'tenant-id' }],
    help: 'Id of the project in which the service user acts.',
  }),
  project_domain_name: text('Name of the domain of that project.'),
  project_domain_id: text('Id of the domain of that project.'),
  domain_name: text('Name of a domain to act in, instead of a project.'),
  domain_id: text('Id of a domain to act in, instead of a project.'),
  system_scope: text('`all` to act in the system, instead of a project.'),
  trust_id: text('Id of a trust to use.'),
  default_domain_name: text('Name of the domain of user and project where nothing more exact is said.'),
  default_domain_id: text('Id of the domain of user and project where nothing more exact is said.'),
};

/** The HTTPS session (keystoneauth1/loading/session.py). */
export const sessionOptions = {
  cafile: option(string(), { help: 'File of certificates of the authorities to trust, in PEM.' }),
  certfile: option(string(), { help: "File of this client's certificate, in PEM." }),
  keyfile: option(string(), { help: "File of this client's key, in PEM." }),
  insecure: option(boolean(), { default: false, help: 'Do not verify the certificates of servers.' }),
  timeout: option(integer(), { help: 'Seconds to wait for an answer.' }),
};

/** Which endpoint of a service to use (keystoneauth1/loading/adapter.py). */
export function adapterOptions(serviceType: string) {
  return {
    service_type: option(string(), { default: serviceType, help: 'Type of the service in the catalogue.' }),
    service_name: option(string(), { help: 'Name of the service in the catalogue, if the type is not enough.' }),
    valid_interfaces: option(list(), {
      default: ['internal', 'public'],
      help: 'Interfaces to look for in the catalogue, the preferred first.',
    }),
    region_name: option(string(), { help: 'Region of the endpoint.' }),
    endpoint_override: option(string(), { help: 'Address to use instead of the one in the catalogue.' }),
    connect_retries: option(integer(), { help: 'How often to try again when a connection fails.' }),
  };
}
