import assert from 'node:assert/strict';
import { kindOf } from '../../../src/errors/kinds.js';
import { load, problemsOf } from './sources.js';

const rabbit = '[DEFAULT]\ntransport_url = rabbit://u:p@h/\n';

describe('config/load', () => {
  it('gives every option its default when nothing is written', () => {
    const { config, notes } = load(['']);
    assert.equal(config.DEFAULT.host, 'node-1');
    assert.equal(config.DEFAULT.my_block_storage_ip, '192.0.2.7');
    assert.equal(config.docker.log_max_size, 10_485_760);
    assert.equal(config.placement.auth_url, undefined);
    assert.deepEqual(notes, []);
  });

  it('lets later files win, by option', () => {
    const { config } = load([
      '[DEFAULT]\nrpc_response_timeout = 1\nhost = a\n[placement]\nusername = nova',
      '[DEFAULT]\nrpc_response_timeout = 2\nrpc_response_timeout = 3\n[Placement]\npassword = x',
    ]);
    assert.equal(config.DEFAULT.rpc_response_timeout, 3);
    assert.equal(config.DEFAULT.host, 'a');
    assert.deepEqual([config.placement.username, config.placement.password], ['nova', 'x']);
  });

  it('adds up repeated options over all files, and nothing else', () => {
    const section = '[oslo_messaging_notifications]\n';
    const { config } = load([`${section}driver = messagingv2\ndriver = log\n`, `${section}driver = noop\n`]);
    assert.deepEqual(config.oslo_messaging_notifications.driver, ['messagingv2', 'log', 'noop']);
  });

  it('puts the command line before the environment before the files', () => {
    const text = '[DEFAULT]\ndebug = false\nhost = file\n[docker]\npids_limit = 5\n';
    const environment = {
      OS_DEFAULT__HOST: 'env',
      OS_DEFAULT__DEBUG: 'off',
      OS_DOCKER__PIDS_LIMIT: '6',
      OS_HOST: 'no',
    };
    const { config } = load([text], {
      environment,
      commandLine: [
        { name: 'debug', text: 'true' },
        { name: 'host', text: 'x' },
      ],
    });
    assert.equal(config.DEFAULT.debug, true);
    assert.equal(config.DEFAULT.host, 'env', 'host is no option of the command line');
    assert.equal(config.docker.pids_limit, 6);
  });

  it("reads old names, prefers today's in the same file, and says so", () => {
    const old = load([
      '[DEFAULT]\nlogfile = old\nconsole_token_ttl = 7\n[oslo_messaging_rabbit]\nrabbit_quroum_max_memory_bytes = 9',
    ]);
    assert.equal(old.config.DEFAULT.log_file, 'old');
    assert.equal(old.config.consoleauth.token_ttl, 7);
    assert.equal(old.config.oslo_messaging_rabbit.rabbit_quorum_max_memory_bytes, 9);
    assert.equal(old.notes.length, 3);
    assert.match(old.notes.join('\n'), /a\.conf:2: \[DEFAULT\]logfile is an old name: use \[DEFAULT\]log_file/);
    assert.equal(load(['[DEFAULT]\nlogfile = old\nlog_file = new']).config.DEFAULT.log_file, 'new');
    assert.equal(load(['[DEFAULT]\nlog_file = new', '[DEFAULT]\nlogfile = old']).config.DEFAULT.log_file, 'old');
  });

  it('takes the settings of the plugin, and only these, from auth_section', () => {
    const { config } = load([
      `[neutron]\nauth_section = keystone_nova\nusername = ignored\ncafile = /own\n
       `.replaceAll(/^ +/gm, '') +
        '[keystone_nova]\nauth_type = password\nuser-name = nova\npassword = $$x\ncafile = /other\n',
    ]);
    assert.deepEqual(
      [config.neutron.auth_type, config.neutron.username, config.neutron.password, config.neutron.cafile],
      ['password', 'nova', '$x', '/own'],
    );
  });

  it('tells what Nova would do and this service does not, if it is asked for', () => {
    const { notes } = load([
      '[DEFAULT]\nuse_syslog = true\nuse_journal = false\nlog_config_append = /x\nlog_rotation_type = none',
    ]);
    assert.deepEqual(
      notes.map((note) => /a\.conf:\d/.exec(note)?.[0]),
      ['a.conf:4', 'a.conf:2'],
    );
    assert.match(notes[1] ?? '', /\[DEFAULT\]use_syslog has no effect here: /);
  });

  it('cannot be changed', () => {
    const { config } = load([rabbit]);
    assert.throws(() => Object.assign(config.docker, { runtime: '' }), TypeError);
    assert.throws(() => (config.neutron.valid_interfaces as string[]).push('x'), TypeError);
  });
});

describe('config/load: what stops the start', () => {
  const cases: [title: string, text: string, expected: RegExp[]][] = [
    [
      'a bad number',
      '[DEFAULT]\nreport_interval = ten',
      [/^a\.conf:2: \[DEFAULT\]report_interval = ten: expected a whole number$/],
    ],
    ['a number out of range', '[docker]\npids_limit = -2', [/^a\.conf:2: .* expected a whole number not below 1$/]],
    ['an empty number', '[DEFAULT]\nreport_interval =', [/^a\.conf:2: .* expected a value$/]],
    ['an unknown word', '[docker]\ncpu_limit = hard', [/expected one of quota, shares$/]],
    ['a bad boolean', '[docker]\nno_new_privileges = si', [/expected one of true, 1, on, yes, false, 0, off, no$/]],
    [
      'a remote engine',
      '[docker]\nhost_url = tcp://10.0.0.1:2375',
      [/^a\.conf:2: \[docker\]host_url: .*on this machine/],
    ],
    ['another broker', '[DEFAULT]\ntransport_url = kafka://u:secret@h', [/RabbitMQ is the only broker/]],
    ['a reference that leads nowhere', '[DEFAULT]\nlog_dir = $no_such/x', [/\$no_such refers to no known option/]],
    [
      'a dollar sign in a password',
      '[placement]\npassword = pa$word',
      [/^a\.conf:2: \[placement\]password: \$word refers to no known option \(write \$\$/],
    ],
    ['references in a circle', '[DEFAULT]\nmy_ip = $host\nhost = $my_ip', [/refers to itself/]],
    [
      'a misspelt name',
      '[DEFAULT]\nrpc_response_timeot = 3',
      [/^a\.conf:2: \[DEFAULT\] has no option "rpc_response_timeot"; did you mean "rpc_response_timeout"\?$/],
    ],
    ['hyphens for underscores', '[DEFAULT]\nreport-interval = 3', [/did you mean "report_interval"/]],
    ['an unknown name in [docker]', '[docker]\nprivileged = true', [/\[docker\] has no option "privileged"$/]],
    [
      'a misspelt section',
      '[dokcer]\n[oslo_messaging_rabit]\n[default]',
      [/did you mean \[docker\]/, /did you mean \[oslo_messaging_rabbit\]/, /did you mean \[DEFAULT\]/],
    ],
    [
      'a section of settings that is not there',
      '[cinder]\nauth_section = nowhere_here',
      [/names \[nowhere_here\], which stands in no file/],
    ],
    [
      'options that exclude each other',
      '[oslo_messaging_rabbit]\nrabbit_quorum_queue=1\nrabbit_ha_queues=1',
      [/^a\.conf:3: .*rabbit_ha_queues: excludes rabbit_quorum_queue/],
    ],
    [
      'streams without what they need',
      '[oslo_messaging_rabbit]\nrabbit_stream_fanout=1',
      [/needs rabbit_transient_quorum_queue/],
    ],
    [
      'reports too rare',
      '[DEFAULT]\nreport_interval = 70\nservice_down_time = 60',
      [/^a\.conf:3: .*above report_interval \(70\)/],
    ],
    ['text before a section', 'debug = true', [/^a\.conf:1: "debug" stands before any \[section\]/]],
    ['a byte order mark', '\ufeff[DEFAULT]\n', [/^a\.conf:1:/]],
  ];
  for (const [title, text, expected] of cases) {
    it(title, () => {
      const found = problemsOf([text]);
      assert.equal(found.length, expected.length, found.join('\n'));
      expected.forEach((pattern, index) => assert.match(found[index] ?? '', pattern));
    });
  }

  it('tells all problems of all files at once, in the order of the files', () => {
    const found = problemsOf(['[DEFAULT]\ndebug = si\nbroken\n', '[docker]\nx = 1\n[DEFAULT]\nreport_interval = no\n']);
    assert.deepEqual(
      found.map((each) => each.split(' ')[0]),
      ['a.conf:2:', 'a.conf:3:', 'b.conf:2:', 'b.conf:4:'],
    );
    assert.throws(
      () => load(['[DEFAULT]\ndebug = si']),
      (error) => kindOf(error) === 'Invalid',
    );
  });

  it('names files and directories that are missing or cannot be read', () => {
    const found = problemsOf([], {
      arguments: [
        { kind: 'file', path: '/no/such.conf' },
        { kind: 'dir', path: '/no/dir' },
        { kind: 'file', path: '/' },
      ],
    });
    assert.deepEqual(found.sort(), [
      '/: cannot be read (EISDIR)',
      '/no/dir: there is no such directory',
      '/no/such.conf: there is no such file',
    ]);
  });

  it('names the environment variable of a bad value', () => {
    const found = problemsOf([''], { environment: { OS_DOCKER__RUNTIME: '/x' } });
    assert.match(found.join(), /^environment variable OS_DOCKER__RUNTIME: \[docker\]runtime = \/x: expected/);
  });

  it('finds misspelt names in the environment', () => {
    const environment = { OS_DOCKER__PIDS_LIMT: '1', OS_DEFAULT__HSOT: 'x', OS_AUTH_URL: 'y', OS_API__WHATEVER: 'z' };
    const found = problemsOf([''], { environment });
    assert.deepEqual(
      found.map((each) => each.replace(/.*did/, 'did')),
      ['did you mean "pids_limit"?', 'did you mean "host"?'],
    );
  });

  it('tells a cause once, not once for every option that refers to it', () => {
    assert.equal(problemsOf(['[DEFAULT]\nstate_path = $nowhere\nlog_dir = $state_path/log']).length, 1);
  });

  it('never shows a secret', () => {
    const found = problemsOf([
      '[DEFAULT]\ntransport_url = amqp://nova:hunter2@h\n[placement]\npassword = hunter2$x\nauth_url = https://u:hunter2@h/$y',
    ]);
    assert.equal(found.length, 3);
    assert.doesNotMatch(found.join(), /hunter2/);
  });
});

describe('config/load: what passes in silence', () => {
  const silent = [
    '[api_database]\nconnection = mysql://',
    '[libvirt]\nvirt_type = kvm',
    '[DEFAULT]\nosapi_compute_workers = 2\nlog_rotation_type = none\nuse_eventlog = no\nvcpu_pin_set = 1',
    '[vnc]\nenabled = x\n[serial_console]\nserialproxy_host = x\nproxyclient_address_v2_of_mine = y',
    '[oslo_messaging_rabbit]\nheartbeat_in_pthread = true\nrpc_conn_pool_size = 3',
    '[my_own_section]\nanything = 1',
    '[ssl]\ncafile = 1',
  ];
  for (const text of silent) it(text.replaceAll('\n', ' '), () => assert.deepEqual(problemsOf([text]), []));
});
