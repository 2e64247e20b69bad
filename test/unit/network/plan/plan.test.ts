import { deepEqual, equal, match, throws } from 'node:assert/strict';
import fc from 'fast-check';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { planText } from '../../../../src/network/plan/lines.js';
import { guestNames, namesInPlan } from '../../../../src/network/plan/names.js';
import { plugPlan } from '../../../../src/network/plan/plan.js';
import type { Vif } from '../../../../src/objects/index.js';
import { DETAILS, ip, OTHER_PORT, PORT, route, SETTINGS, subnet, UUID, vif } from '../vifs.js';

function textOf(vifs: readonly Vif[], settings = SETTINGS): string {
  return planText(plugPlan({ instanceUuid: UUID, vifs, names: new Map() }, settings));
}

/** Lines of one verb, without verb and NIC. */
function linesOf(verb: string, text: string): string[] {
  return text.split('\n').flatMap((line) => (line.startsWith(`${verb} `) ? [line.split(' ').slice(2).join(' ')] : []));
}

const guest = (vifs: readonly Vif[]): string[] => linesOf('guest', textOf(vifs));

describe('network/plan', () => {
  it('is this, for one Open vSwitch port', () => {
    const ids =
      `set Interface tapbb398d22-66 external_ids:iface-id="${PORT}" external_ids:iface-status="active" ` +
      `external_ids:attached-mac="fa:16:3e:83:25:74" external_ids:vm-uuid="${UUID}"`;
    const add = `--may-exist add-br br-int -- set Bridge br-int datapath_type=system -- --may-exist add-port br-int tapbb398d22-66 -- ${ids}`;
    equal(
      textOf([vif()]),
      [
        `plan 1 ${UUID}`,
        'nic eth0 tapbb398d22-66 fa:16:3e:83:25:74 1450',
        'hostsys eth0 net/ipv6/conf/tapbb398d22-66/disable_ipv6 1',
        'ip eth0 link set dev tapbb398d22-66 mtu 1450 up',
        `ovs-new eth0 ${add} -- set Port tapbb398d22-66 tag=4095`,
        `ovs-again eth0 ${add}`,
        'undo-ovs eth0 --if-exists del-port br-int tapbb398d22-66',
        'wired eth0 tag tapbb398d22-66 30',
        'guest eth0 link set dev eth0 mtu 1450',
        'guestsys eth0 net/ipv4/conf/eth0/arp_notify 1',
        'guestsys eth0 net/ipv6/conf/eth0/disable_ipv6 1',
        'guest eth0 addr replace 10.78.0.246/24 brd + dev eth0',
        'guest eth0 link set dev eth0 up',
        'guest eth0 route replace default via 10.78.0.1 dev eth0',
        'end -',
        '',
      ].join('\n'),
    );
  });

  it('joins a port with the iptables firewall by a bridge of its own', () => {
    const details = { ...DETAILS.ovs, ovs_hybrid_plug: true };
    const text = textOf([vif({ details })]);
    match(text, /^make eth0 qbrbb398d22-66 link add name qbrbb398d22-66 type bridge .* ageing_time 0$/m);
    match(
      text,
      /^make eth0 qvobb398d22-66 link add name qvbbb398d22-66 mtu 1450 type veth peer name qvobb398d22-66 mtu 1450$/m,
    );
    match(text, /^ip eth0 link set dev tapbb398d22-66 master qbrbb398d22-66 up$/m);
    match(text, /^ovs-new eth0 .* add-port br-int qvobb398d22-66 .* tag=4095$/m);
    deepEqual(linesOf('undo-device', text), ['qvbbb398d22-66', 'qbrbb398d22-66']);
  });

  it('leaves the tag alone where OVN wires', () => {
    const details = { port_filter: true, connectivity: 'l2', bound_drivers: { '0': 'ovn' } };
    const text = textOf([vif({ details })]);
    equal(text.includes('4095'), false);
    deepEqual(linesOf('wired', text), ['ovn tapbb398d22-66 30']);
  });

  it('waits for nobody on a switch of an unknown driver', () => {
    const text = textOf([vif({ details: { port_filter: true } })]);
    equal(/4095|^wired/m.test(text), false);
  });

  it('asks the database that the operator names, and finishes checksums for a switch in user space', () => {
    const text = textOf([vif({ details: { ...DETAILS.ovs, datapath_type: 'netdev' } })], {
      ...SETTINGS,
      ovsdbConnection: 'unix:/tmp/db.sock',
    });
    match(text, /^ovs-new eth0 --db=unix:\/tmp\/db\.sock --may-exist/m);
    match(text, /^undo-ovs eth0 --db=unix:\/tmp\/db\.sock /m);
    match(text, /^wired eth0 tag tapbb398d22-66 30 --db=unix:\/tmp\/db\.sock$/m);
    match(text, /^offload eth0$/m);
  });

  it('makes the bridge of a trunk and takes it away', () => {
    const text = textOf([vif({ network: { bridge: 'tbr-5e3f9dc4-8' } })]);
    deepEqual(linesOf('undo-ovs', text), [
      '--if-exists del-port tbr-5e3f9dc4-8 tapbb398d22-66',
      '--if-exists del-br tbr-5e3f9dc4-8',
    ]);
  });

  it("puts a Linux bridge port on its network's bridge", () => {
    const text = textOf([vif({ type: 'bridge', details: DETAILS.bridge, network: { bridge: 'brqff57f3df-84' } })]);
    match(text, /^make eth0 brqff57f3df-84 link add name brqff57f3df-84 type bridge forward_delay 0 stp_state 0$/m);
    match(text, /^ip eth0 link set dev tapbb398d22-66 mtu 1450 master brqff57f3df-84$/m);
    deepEqual(linesOf('wired', text), ['filter tapbb398d22-66 30']);
    deepEqual(linesOf('undo-ovs', text), []);
    const details = { ...DETAILS.bridge, port_filter: false };
    const open = textOf([vif({ type: 'bridge', details, network: { bridge: 'brqff57f3df-84' } })]);
    match(open, /^ip eth0 link set dev tapbb398d22-66 mtu 1450 master brqff57f3df-84 up$/m);
    deepEqual(linesOf('wired', open), []);
  });

  it('configures every address of both families', () => {
    const subnets = [
      subnet('10.78.0.0/24', ['10.78.0.7', '10.78.0.8'], { gateway: ip('10.78.0.1', 'gateway') }),
      subnet('fd00:78::/64', ['fd00:78::7'], { gateway: ip('fd00:78::1', 'gateway') }),
      subnet('10.9.9.0/31', ['10.9.9.1']),
    ];
    const text = textOf([vif({ subnets })]);
    deepEqual(linesOf('guestsys', text), [
      'net/ipv6/conf/all/disable_ipv6 0',
      'net/ipv6/conf/default/disable_ipv6 0',
      'net/ipv4/conf/eth0/arp_notify 1',
      'net/ipv6/conf/eth0/disable_ipv6 0',
      'net/ipv6/conf/eth0/accept_dad 0',
      'net/ipv6/conf/eth0/autoconf 0',
      'net/ipv6/conf/eth0/accept_ra 0',
      'net/ipv6/conf/eth0/ndisc_notify 1',
    ]);
    deepEqual(linesOf('guest', text), [
      'link set dev eth0 mtu 1450',
      'addr replace 10.78.0.7/24 brd + dev eth0',
      'addr replace 10.78.0.8/24 brd + dev eth0',
      'addr replace fd00:78::7/64 nodad dev eth0',
      'addr replace 10.9.9.1/31 dev eth0',
      'link set dev eth0 up',
      'route replace default via 10.78.0.1 dev eth0',
      'route replace ::/0 via fd00:78::1 dev eth0',
    ]);
  });

  it("prefers the first port's way out", () => {
    const second = vif({
      id: OTHER_PORT,
      subnets: [subnet('10.79.0.0/24', ['10.79.0.5'], { gateway: ip('10.79.0.1') })],
    });
    deepEqual(guest([vif(), second]).slice(-1), ['route replace default via 10.79.0.1 metric 1025 dev eth1']);
  });

  const gateway = ip('10.78.0.1', 'gateway');
  const routes: [what: string, more: Parameters<typeof subnet>[2], expected: string[]][] = [
    ['no gateway', {}, []],
    ['a gateway outside of the subnet', { gateway: ip('10.1.1.1') }, ['default via 10.1.1.1 onlink']],
    ['being the gateway itself', { gateway: ip('10.78.0.7') }, []],
    [
      'host routes',
      { gateway, routes: [route('10.5.0.0/16', '10.78.0.9')] },
      ['default via 10.78.0.1', '10.5.0.0/16 via 10.78.0.9'],
    ],
    ['a host route for everything', { gateway, routes: [route('0.0.0.0/0', '10.78.0.2')] }, ['default via 10.78.0.2']],
    [
      'a host route said twice',
      { routes: [route('10.5.0.0/16', '10.78.0.9'), route('10.5.0.0/16', '10.78.0.8')] },
      ['10.5.0.0/16 via 10.78.0.9'],
    ],
    [
      'metadata of an isolated subnet',
      { meta: { metadata_server: '10.78.0.2' } },
      ['169.254.169.254/32 via 10.78.0.2'],
    ],
    [
      'a host route for metadata',
      { routes: [route('169.254.169.254/32', '10.78.0.4')], meta: { metadata_server: '10.78.0.2' } },
      ['169.254.169.254/32 via 10.78.0.4'],
    ],
  ];
  for (const [what, more, expected] of routes) {
    it(`has routes for ${what}`, () => {
      const lines = guest([vif({ subnets: [subnet('10.78.0.0/24', ['10.78.0.7'], more)] })]);
      deepEqual(
        lines.filter((line) => line.startsWith('route')),
        expected.map((words) => `route replace ${words} dev eth0`),
      );
    });
  }

  const refused: [what: string, port: Vif, kind: string, words: RegExp][] = [
    ['an unknown type', vif({ type: 'macvtap' }), 'Unsupported', /vif_type=macvtap.*ovs and bridge/],
    ['a type like a property of every object', vif({ type: 'constructor' }), 'Unsupported', /vif_type=constructor/],
    ['SR-IOV', vif({ vnic_type: 'direct' }), 'Unsupported', /vnic_type=direct/],
    ['no bridge', vif({ network: { bridge: null } }), 'Invalid', /names no bridge/],
    ['a bridge of two words', vif({ network: { bridge: 'br-int -- del-br br-ex' } }), 'Invalid', /no plain word/],
    [
      'a line break in the interface id',
      vif({ ovs_interfaceid: 'x\nip eth0 link del eth0' }),
      'Invalid',
      /no plain word/,
    ],
    ['a MAC that is none', vif({ address: 'fa:16' }), 'Invalid', /no MAC address/],
    ['an id that is none', vif({ id: '../../x' }), 'Invalid', /no port id/],
    [
      'an address that is none',
      vif({ subnets: [subnet('10.0.0.0/24', ['10.0.0.5 dev lo'])] }),
      'Invalid',
      /no IP address/,
    ],
    ['an MTU that is none', vif({ network: { meta: { mtu: 20 } } }), 'Invalid', /MTU of 20/],
  ];
  for (const [what, port, kind, words] of refused) {
    it(`refuses ${what}`, () => {
      throws(
        () => textOf([port]),
        (error) => error instanceof ServiceError && error.kind === kind && words.test(error.message),
      );
    });
  }

  it('never lets a value out of its word', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (bridge, interfaceId) => {
        const count = (text: string) => text.split('\n').map((line) => line.split(' ').length);
        let text: string;
        try {
          text = textOf([vif({ network: { bridge }, ovs_interfaceid: interfaceId })]);
        } catch (error) {
          return error instanceof ServiceError && error.kind === 'Invalid';
        }
        const plain = textOf([vif()]);
        if (bridge.startsWith('tbr-')) return true;
        deepEqual(count(text), count(plain));
        return true;
      }),
    );
  });
});

describe('network/plan/names', () => {
  const port = (id: string) => ({ id });
  const rows: [string[], [string, string][], string[]][] = [
    [['a', 'b'], [], ['eth0', 'eth1']],
    [['b', 'c'], [['b', 'eth1']], ['eth1', 'eth0']],
    [['c', 'b'], [['b', 'eth0']], ['eth1', 'eth0']],
    [
      ['a', 'b', 'c'],
      [
        ['a', 'eth0'],
        ['b', 'eth2'],
      ],
      ['eth0', 'eth2', 'eth1'],
    ],
  ];
  for (const [ids, given, expected] of rows) {
    it(`names ${ids.join()} where ${JSON.stringify(given)} have names`, () => {
      deepEqual([...guestNames(ids.map(port), new Map(given)).values()], expected);
    });
  }

  it('finds names again in a plan', () => {
    deepEqual(
      [...namesInPlan(textOf([vif(), vif({ id: OTHER_PORT })]))],
      [
        ['tapbb398d22-66', 'eth0'],
        ['tap91f5a331-a6', 'eth1'],
      ],
    );
  });
});
