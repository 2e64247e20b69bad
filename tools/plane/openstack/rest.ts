import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { endpoint, type Plane, type PortName } from '../plane.js';
import { Trouble } from '../trouble.js';

/** Who asks: the administrator, or an ordinary user (role `member`) in a project of its own. */
export type Account = 'admin' | 'demo';

/** A plane's APIs by what they serve. */
export type Api = 'identity' | 'compute' | 'placement' | 'image' | 'network';

const ADDRESS: Readonly<Record<Api, { readonly port: PortName; readonly path: string }>> = {
  identity: { port: 'keystone', path: '/v3' },
  compute: { port: 'nova', path: '/v2.1' },
  placement: { port: 'placement', path: '' },
  image: { port: 'glance', path: '/v2' },
  network: { port: 'neutron', path: '/v2.0' },
};

/** The address of an API, without a slash at its end. */
export function apiUrl(plane: Plane, api: Api): string {
  return endpoint(plane, ADDRESS[api].port, ADDRESS[api].path);
}

export interface Ask {
  readonly api: Api;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The API microversion, `2.93` and the like; the API's oldest when not given. */
  readonly microversion?: string;
  /** Statuses to return instead of throwing. Those below 400 always are. */
  readonly accept?: readonly number[];
}

/** The names of OpenStack-API-Version. */
const SERVICE_TYPE: Partial<Record<Api, string>> = { compute: 'compute', placement: 'placement' };

/** A small client of a plane's APIs for one account. It must run in the plane's network namespace. */
export class Rest {
  readonly plane: Plane;
  readonly account: Account;
  readonly #http: AxiosInstance;
  #token: string | undefined;

  constructor(plane: Plane, account: Account) {
    this.plane = plane;
    this.account = account;
    this.#http = axios.create({ proxy: false, timeout: 60_000, maxBodyLength: Infinity, validateStatus: () => true });
  }

  /**
   * One request with a token.
   * @returns status, headers and parsed body
   * @throws Trouble for a status of 400 or more that was not accepted; axios's own error when nobody answers
   */
  async ask<Body = unknown>(ask: Ask): Promise<AxiosResponse<Body>> {
    this.#token ??= await this.#signIn();
    let answer = await this.#send<Body>(ask, this.#token);
    if (answer.status === 401 && ask.accept?.includes(401) !== true) {
      this.#token = await this.#signIn();
      answer = await this.#send<Body>(ask, this.#token);
    }
    if (answer.status >= 400 && ask.accept?.includes(answer.status) !== true) {
      const said = JSON.stringify(answer.data).slice(0, 500);
      throw new Trouble(`${ask.method ?? 'GET'} ${ask.api} ${ask.path} answered ${answer.status}: ${said}`);
    }
    return answer;
  }

  /** The parsed body of a GET. */
  async get<Body = unknown>(api: Api, path: string, more: Partial<Ask> = {}): Promise<Body> {
    return (await this.ask<Body>({ ...more, api, path })).data;
  }

  /** The parsed body of a POST's answer. */
  async post<Body = unknown>(api: Api, path: string, body: unknown, more: Partial<Ask> = {}): Promise<Body> {
    return (await this.ask<Body>({ ...more, api, path, body, method: 'POST' })).data;
  }

  /** The account's token, for other programs that ask an API; valid for an hour. */
  async token(): Promise<string> {
    return (this.#token ??= await this.#signIn());
  }

  #send<Body>(ask: Ask, token: string): Promise<AxiosResponse<Body>> {
    const type = SERVICE_TYPE[ask.api];
    const version =
      ask.microversion === undefined || type === undefined
        ? {}
        : { 'OpenStack-API-Version': `${type} ${ask.microversion}` };
    return this.#http.request<Body>({
      url: `${apiUrl(this.plane, ask.api)}${ask.path}`,
      method: ask.method ?? 'GET',
      data: ask.body,
      headers: { 'X-Auth-Token': token, ...version, ...ask.headers },
    });
  }

  async #signIn(): Promise<string> {
    const { account, plane } = this;
    const domain = { id: 'default' };
    const user = { name: account, password: plane.secrets[account], domain };
    const scope = { project: { name: account, domain } };
    const auth = { identity: { methods: ['password'], password: { user } }, scope };
    const answer = await this.#http.post(`${apiUrl(plane, 'identity')}/auth/tokens`, { auth });
    const token: unknown = answer.headers['x-subject-token'];
    if (typeof token !== 'string') throw new Trouble(`Keystone refused to sign in ${account}: status ${answer.status}`);
    return token;
  }
}
