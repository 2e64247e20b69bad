import type { ConfigProblem } from './problems.js';
import type { Config, SectionName } from './tables.js';
import type { Written, WrittenTexts } from './written.js';

interface Rule {
  readonly section: SectionName;
  readonly name: string;
  readonly holds: (config: Config) => boolean;
  readonly text: (config: Config) => string;
}

/** What one option demands of another. */
const rules: readonly Rule[] = [
  {
    section: 'DEFAULT',
    name: 'service_down_time',
    holds: ({ DEFAULT }) => DEFAULT.service_down_time > DEFAULT.report_interval,
    text: ({ DEFAULT }) =>
      `must be above report_interval (${DEFAULT.report_interval}), else Nova takes this service for down between reports`,
  },
  {
    section: 'compute',
    name: 'cpu_dedicated_set',
    holds: ({ compute: { cpu_dedicated_set: dedicated = [], cpu_shared_set: shared = [] } }) =>
      !dedicated.some((cpu) => shared.includes(cpu)),
    text: () => 'has CPUs that cpu_shared_set has too: a CPU is either shared or dedicated',
  },
  {
    section: 'oslo_messaging_rabbit',
    name: 'rabbit_ha_queues',
    holds: ({ oslo_messaging_rabbit: rabbit }) =>
      !(rabbit.rabbit_ha_queues && (rabbit.rabbit_quorum_queue || rabbit.rabbit_transient_quorum_queue)),
    text: () => 'excludes rabbit_quorum_queue and rabbit_transient_quorum_queue: a queue is mirrored or a quorum queue',
  },
  {
    section: 'oslo_messaging_rabbit',
    name: 'rabbit_stream_fanout',
    holds: ({ oslo_messaging_rabbit: rabbit }) =>
      !rabbit.rabbit_stream_fanout || (rabbit.rabbit_transient_quorum_queue && rabbit.rabbit_qos_prefetch_count > 0),
    text: () => 'needs rabbit_transient_quorum_queue = true and rabbit_qos_prefetch_count above 0',
  },
  {
    section: 'oslo_messaging_rabbit',
    name: 'ssl_cert_file',
    holds: ({ oslo_messaging_rabbit: { ssl, ssl_cert_file: certificate, ssl_key_file: key } }) =>
      !ssl || (certificate === '') === (key === ''),
    text: () => 'goes together with ssl_key_file: set both or none',
  },
];

/** Problems between options that are each fine by themselves; only asked when they are. */
export function brokenRules(
  config: Config,
  texts: WrittenTexts,
  placeOf: (section: string, name: string) => Written | undefined,
): ConfigProblem[] {
  const broken = rules.filter(({ holds }) => !holds(config));
  const problems = broken.map(({ section, name, text }) => ({
    ...(placeOf(section, name) ?? { file: 'defaults' }),
    text: `[${section}]${name}: ${text(config)}`,
  }));
  return [...problems, ...missingAuthSections(config, texts, placeOf)];
}

function missingAuthSections(
  config: Config,
  texts: WrittenTexts,
  placeOf: (section: string, name: string) => Written | undefined,
): ConfigProblem[] {
  return Object.entries(config).flatMap(([section, values]) => {
    const other = 'auth_section' in values ? values.auth_section : undefined;
    if (other === undefined || texts.hasSection(other)) return [];
    const place = placeOf(section, 'auth_section') ?? { file: 'defaults' };
    return [{ ...place, text: `[${section}]auth_section names [${other}], which stands in no file` }];
  });
}
