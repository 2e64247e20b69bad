import type { Config } from '../config/tables.js';
import type { CallObserver } from '../observe/calls.js';
import { Credentials } from '../openstack/keystone.js';
import { Session } from '../openstack/session.js';
import type { AuthSettings, EndpointSettings, TlsSettings } from '../openstack/settings.js';
import { createTransport } from '../openstack/transport.js';
import { pause } from './clock.js';
import { following, type LiveConfig } from './live.js';
import { restLimits } from './settings.js';

const S = 1000;
/** For Keystone, as for the others. */
const DEFAULT_TIMEOUT_S = 60;

type AuthSection = Config['placement'] | Config['neutron'] | Config['cinder'] | Config['service_user'];
type EndpointSection = Config['placement'] | Config['neutron'] | Config['glance'];
type SectionName = 'placement' | 'neutron' | 'glance' | 'cinder';

/** The sessions with the control plane's services. */
export interface Rest {
  readonly placement: Session;
  readonly glance: Session;
  readonly neutron: Session;
  readonly cinder: Session;
  /** Our users with Keystone, by the section that names them. */
  readonly accounts: readonly Account[];
  close(): void;
}

/** Opens the sessions; nothing is asked of anybody yet. Throws Invalid for a certificate that can't be read. */
export function openRest(live: LiveConfig, observer: CallObserver): Rest {
  const config = live.current;
  const serviceUser = config.service_user.send_service_user_token
    ? credentialsOf('service_user', config.service_user, observer)
    : undefined;
  const placement = credentialsOf('placement', config.placement, observer);
  const neutron = credentialsOf('neutron', config.neutron, observer);
  const cinder = hasAccount(config.cinder) ? credentialsOf('cinder', config.cinder, observer) : undefined;
  const open = (name: SectionName, own: Opened | undefined, version?: string): Session => {
    return new Session({
      system: name,
      endpoint: endpointIn(config, name),
      ...(version !== undefined && { version }),
      limits: following(live, (current) => restLimits(current, name)),
      transport: own?.transport ?? createTransport(tlsOf(config[name])),
      credentials: own?.credentials,
      serviceToken: serviceUser?.credentials,
      observer,
      pause,
    });
  };
  const opened = [serviceUser, placement, neutron, cinder].filter((one) => one !== undefined);
  return {
    placement: open('placement', placement),
    // Contexts without a token (periodic work) read images as Neutron's service user does: any service user may.
    glance: open('glance', serviceUser ?? neutron, 'v2'),
    neutron: open('neutron', neutron, 'v2.0'),
    // Few clouds give a compute service an account of its own for Cinder.
    cinder: open('cinder', cinder ?? serviceUser ?? neutron),
    accounts: opened,
    close: () => opened.forEach((one) => one.transport.close()),
  };
}

export interface Account {
  readonly section: string;
  readonly credentials: Credentials;
}

interface Opened extends Account {
  readonly transport: ReturnType<typeof createTransport>;
}

function credentialsOf(section: string, from: AuthSection, observer: CallObserver): Opened {
  const transport = createTransport(tlsOf(from));
  const credentials = new Credentials({
    settings: authOf(section, from),
    transport,
    timeoutMs: (from.timeout ?? DEFAULT_TIMEOUT_S) * S,
    retries: 2,
    observer,
    pause,
    now: () => new Date(),
  });
  return { section, credentials, transport };
}

function authOf(section: string, from: AuthSection): AuthSettings {
  return {
    section,
    authUrl: from.auth_url ?? '',
    username: from.username,
    userId: from.user_id,
    password: from.password ?? '',
    userDomainName: from.user_domain_name ?? from.default_domain_name,
    userDomainId: from.user_domain_id ?? from.default_domain_id,
    projectName: from.project_name,
    projectId: from.project_id,
    systemScope: from.system_scope,
    domainName: from.domain_name,
    domainId: from.domain_id,
    trustId: from.trust_id,
    projectDomainName: from.project_domain_name ?? from.default_domain_name,
    projectDomainId: from.project_domain_id ?? from.default_domain_id,
  };
}

function hasAccount({ auth_url: url, username, user_id: id }: AuthSection): boolean {
  return url !== undefined && (username ?? id) !== undefined;
}

function endpointIn(config: Config, name: SectionName): EndpointSettings {
  if (name === 'cinder') return cinderEndpoint(config.cinder);
  return endpointOf(name, config[name], name === 'glance' ? (config.glance.api_servers ?? []) : []);
}

/** `type:name:interface`, as nova/conf/cinder.py has it. */
function cinderEndpoint({ catalog_info: info, endpoint_template: template, os_region_name: region }: Config['cinder']) {
  const [type = '', serviceName = '', face = ''] = info.split(':');
  return {
    section: 'cinder',
    serviceTypes: [type],
    ...(serviceName !== '' && { serviceName }),
    region,
    interfaces: [face],
    overrides: template === undefined ? [] : [template],
  };
}

function endpointOf(name: SectionName, from: EndpointSection, servers: readonly string[]): EndpointSettings {
  return {
    section: name,
    serviceTypes: [from.service_type],
    serviceName: from.service_name,
    region: from.region_name,
    interfaces: from.valid_interfaces,
    overrides: from.endpoint_override === undefined ? servers : [from.endpoint_override],
  };
}

function tlsOf(from: AuthSection | Config['glance']): TlsSettings {
  return { cafile: from.cafile, certfile: from.certfile, keyfile: from.keyfile, insecure: from.insecure };
}
