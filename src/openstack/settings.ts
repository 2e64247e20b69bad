/**
 * What one section of nova.conf says about a service: keystoneauth's auth, session and adapter options
 * (keystoneauth1/loading, 5.0) as plain data. Who reads the file is no concern of this room.
 */

/** Who we are to Keystone: auth_type `password`, in the scope of a project unless another scope is given. */
export interface AuthSettings {
  /** The section that it comes from, for messages: `placement`. */
  readonly section: string;
  /** With or without `/v3`. */
  readonly authUrl: string;
  readonly username?: string | undefined;
  readonly userId?: string | undefined;
  readonly password: string;
  readonly userDomainName?: string | undefined;
  readonly userDomainId?: string | undefined;
  readonly projectName?: string | undefined;
  readonly projectId?: string | undefined;
  readonly projectDomainName?: string | undefined;
  readonly projectDomainId?: string | undefined;
  /** In place of a project: `all` for the system, a domain, or a trust. */
  readonly systemScope?: string | undefined;
  readonly domainName?: string | undefined;
  readonly domainId?: string | undefined;
  readonly trustId?: string | undefined;
}

/** Certificates, as paths of PEM files. */
export interface TlsSettings {
  /** Authorities to trust in place of those that this machine trusts. */
  readonly cafile?: string | undefined;
  readonly certfile?: string | undefined;
  readonly keyfile?: string | undefined;
  /** Talk to a server whose certificate can't be verified. */
  readonly insecure: boolean;
}

/** Which endpoint of the catalogue to use. */
export interface EndpointSettings {
  /** The section that it comes from, for messages: `glance`. */
  readonly section: string;
  /** Names of the service in catalogues, the preferred one first: `image`. */
  readonly serviceTypes: readonly string[];
  readonly serviceName?: string | undefined;
  readonly region?: string | undefined;
  /** `valid_interfaces`, the preferred one first. */
  readonly interfaces: readonly string[];
  /** `endpoint_override` (or glance's `api_servers`): used in place of the catalogue, the next one when one fails. */
  readonly overrides: readonly string[];
}

/** How long and how often to try. */
export interface RequestLimits {
  /** For an answer to a request that is no image data. */
  readonly timeoutMs: number;
  /** Without a byte of image data coming or going. */
  readonly stallTimeoutMs: number;
  /** Tries after the first, on a failed connection or a gateway's 502, 503, 504. */
  readonly retries: number;
}
