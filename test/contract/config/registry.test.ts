import assert from 'node:assert/strict';
import type { Option } from '../../../src/config/option.js';
import { tables } from '../../../src/config/tables.js';
import { placesOf } from '../../../src/config/written.js';
import { missingOracle, novaRegistry, type RegisteredOption } from './oracle.js';

const noSense = 'a value below makes no sense, and oslo only fails later';

/** What differs from Nova 26 and oslo.messaging 14 on purpose, and why. */
const differences: Readonly<Record<string, string>> = {
  'DEFAULT.host default': 'of this machine',
  'DEFAULT.my_ip default': 'of this machine',
  'DEFAULT.state_path default': "Nova's is its code directory",
  'DEFAULT.initial_cpu_allocation_ratio default': "of the control plane's release",
  'DEFAULT.initial_ram_allocation_ratio default': "of the control plane's release",
  'os_vif_ovs.ovsdb_connection default': 'that of ovs-vsctl',
  'DEFAULT.default_log_levels default': 'names of Python modules',
  'DEFAULT.executor_thread_pool_size range': noSense,
  'DEFAULT.graceful_shutdown_timeout range': noSense,
  'oslo_messaging_rabbit.rabbit_transient_queues_ttl range': 'later releases take 0 for no expiry',
  'oslo_messaging_rabbit.heartbeat_timeout_threshold range': noSense,
  'oslo_messaging_rabbit.rabbit_retry_interval range': noSense,
  'oslo_messaging_rabbit.rabbit_retry_backoff range': noSense,
  'oslo_messaging_rabbit.rabbit_interval_max range': noSense,
  'oslo_messaging_rabbit.kombu_missing_consumer_retry_timeout range': noSense,
  'oslo_messaging_rabbit.rabbit_qos_prefetch_count range': noSense,
  'oslo_messaging_notifications.retry range': noSense,
  'api.vendordata_providers choices': 'Nova has them at the items of the list',
  'placement.auth_type choices': 'what can be done',
  'neutron.auth_type choices': 'what can be done',
  'cinder.auth_type choices': 'what can be done',
  'service_user.auth_type choices': 'what can be done',
  'oslo_messaging_rabbit.kombu_compression choices': 'what can be written',
  'oslo_messaging_rabbit.rabbit_login_method choices': 'what can be done',
};

describe("the tables agree with Nova's own", () => {
  const found: string[] = [];
  before(function () {
    const missing = missingOracle('nova.conf, oslo_messaging, oslo_log');
    if (missing !== undefined) {
      console.log(`      skipped: ${missing}`);
      this.skip();
    }
    const registry = novaRegistry();
    for (const [section, { options }] of Object.entries(tables)) {
      for (const [name, option] of Object.entries(options as Record<string, Option<unknown>>)) {
        const theirs = registry[section]?.[name];
        if (theirs !== undefined)
          found.push(...compared(section, name, option, theirs).map((aspect) => `${section}.${name} ${aspect}`));
      }
    }
  });

  it('on type, default, limits, secrecy and former names, but for what is listed', () => {
    assert.deepEqual(
      found.filter((each) => !Object.hasOwn(differences, each.split(':')[0] ?? '')),
      [],
    );
  });

  it('and the list has nothing that is no difference', () => {
    const seen = new Set(found.map((each) => each.split(':')[0]));
    assert.deepEqual(
      Object.keys(differences).filter((each) => !seen.has(each)),
      [],
    );
  });
});

const kinds: Readonly<Record<string, readonly string[]>> = {
  StrOpt: ['string value'],
  Opt: ['string value'],
  BoolOpt: ['boolean value'],
  IntOpt: ['integer value'],
  FloatOpt: ['floating point value'],
  PortOpt: ['port value'],
  ListOpt: ['list value'],
  MultiStrOpt: ['string value'],
  URIOpt: ['uri value'],
  HostDomainOpt: ['host domain value'],
  HostAddressOpt: ['host address value'],
};

function compared(section: string, name: string, option: Option<unknown>, theirs: RegisteredOption): string[] {
  const { type, multi, secret = false } = option;
  const aspects: string[] = [];
  const compare = (aspect: string, ours: unknown, other: unknown) => {
    const [a, b] = [JSON.stringify(ours), JSON.stringify(other)];
    if (a !== b) aspects.push(`${aspect}: ${a}, Nova ${b}`);
  };
  if (kinds[theirs.kind]?.includes(type.name) !== true) aspects.push(`type: ${type.name}, Nova ${theirs.kind}`);
  compare('default', defaultOf(option, theirs), theirs.default);
  const range = [
    theirs.min === null ? '' : `Minimum value: ${theirs.min}`,
    theirs.max === null ? '' : `Maximum value: ${theirs.max}`,
  ];
  compare(
    'range',
    type.limits.filter((limit) => /^M/.test(limit)),
    theirs.kind === 'PortOpt' ? [] : range.filter(Boolean),
  );
  const words = type.limits
    .filter((limit) => limit.startsWith('Possible'))
    .flatMap((limit) => limit.slice(17).split(', '));
  compare('choices', words.sort(), theirs.choices.filter((word) => word !== null).sort());
  compare('multi', multi, theirs.multi);
  compare('secret', secret, theirs.secret);
  const ours = placesOf(section, name, option).map((place) => place.join('.'));
  const lost = theirs.old.filter((old) => !ours.includes(`${old.group}.${old.name}`));
  compare('former names', lost, []);
  return aspects;
}

/** Where Nova has a text and this service reads it into something else, as it would be written. */
function defaultOf({ type, default: given }: Option<unknown>, theirs: RegisteredOption): unknown {
  if (typeof given === 'function') return 'of the host';
  const isRead = typeof theirs.default === 'string' && given !== undefined && typeof given !== 'string';
  return isRead ? type.format(given) : (given ?? null);
}
