import { equal, match } from 'node:assert/strict';
import { nameFiles } from '../../../../src/network/plan/name-files.js';
import { ip, OTHER_PORT, subnet, vif } from '../vifs.js';

const HEAD =
  '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n';

describe('network/plan/name-files', () => {
  it('tells a server its own name', () => {
    const subnets = [subnet('fd00::/64', ['fd00::5']), subnet('10.0.0.0/24', ['10.0.0.5', '10.0.0.6'])];
    equal(nameFiles('web-1', [vif({ subnets })]).hosts, `${HEAD}10.0.0.5\tweb-1\nfd00::5\tweb-1\n`);
    equal(nameFiles('web.example.org', [vif()]).hosts, `${HEAD}10.78.0.246\tweb.example.org web\n`);
    equal(nameFiles('web-1', []).hosts, `${HEAD}127.0.1.1\tweb-1\n`);
    equal(nameFiles('a\nb 1.2.3.4 evil', []).hosts, HEAD);
    equal(nameFiles('web.example.org', []).hostname, 'web.example.org\n');
    equal(nameFiles(`${'a'.repeat(62)}.b`, []).hostname, `${'a'.repeat(62)}\n`);
    equal(nameFiles('a\nb', []).hostname, '');
  });

  it('uses the nameservers of the subnets, three at most', () => {
    const named = (cidr: string, address: string, dns: string[]) =>
      subnet(cidr, [address], { dns: dns.map((one) => ip(one, 'dns')) });
    const first = vif({ subnets: [named('10.0.0.0/24', '10.0.0.5', ['9.9.9.9', '8.8.8.8'])] });
    const second = vif({
      id: OTHER_PORT,
      subnets: [named('10.0.1.0/24', '10.0.1.5', ['8.8.8.8', '1.1.1.1', '4.4.4.4'])],
    });
    equal(nameFiles('x', [first, second]).resolvConf, 'nameserver 9.9.9.9\nnameserver 8.8.8.8\nnameserver 1.1.1.1\n');
  });

  it('asks the DHCP agent where a subnet names nobody', () => {
    const withDhcp = (dhcp_server: string) =>
      vif({ subnets: [subnet('10.0.0.0/24', ['10.0.0.5'], { gateway: ip('10.0.0.1'), meta: { dhcp_server } })] });
    equal(nameFiles('x', [withDhcp('10.0.0.2')]).resolvConf, 'nameserver 10.0.0.2\n');
    // Nova puts the gateway there when no agent serves the subnet.
    equal(nameFiles('x', [withDhcp('10.0.0.1')]).resolvConf, '');
    match(nameFiles('x', [vif()]).resolvConf, /^$/);
  });
});
