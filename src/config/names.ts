import { readFileSync } from 'node:fs';
import type { Assignment, ParsedFile } from './ini.js';
import { nearestName } from './nearest.js';
import type { ConfigProblem } from './problems.js';
import type { Tables } from './resolve.js';
import { normalizeGroup, placesOf, type Sources } from './written.js';

/** The section in which every name is ours, so that an unknown one can only be a mistake. */
const ownSection = 'docker';

/**
 * Finds misspelt names. A nova.conf is shared by services that read other options of it, so an unknown name is no
 * mistake by itself. It is one if it comes close to a name of ours and is not known as a name of Nova or its
 * libraries. Everything else passes silently, as in oslo.config.
 *
 * @param authSections sections that `auth_section` names: they hold the settings of an authentication plugin
 */
export function misspeltNames(
  { files, environment }: Pick<Sources, 'files' | 'environment'>,
  tables: Tables,
  authSections: readonly string[],
): ConfigProblem[] {
  const known = namesOf(tables, authSections.map(normalizeGroup));
  const problems: ConfigProblem[] = namedInEnvironment(environment).flatMap((each) => misspeltOption(each, known));
  for (const file of files) {
    problems.push(...misspeltSections(file, known));
    for (const assignment of file.assignments) problems.push(...misspeltOption(assignment, known));
  }
  return problems;
}

/** Is this name, in this section, known to Nova or the libraries that read its file? Their list is read when it is first asked. */
export type NovaNames = (section: string, name?: string) => boolean;

function misspeltSections({ sections }: ParsedFile, known: Known): ConfigProblem[] {
  return sections.flatMap(({ name, file, line }) => {
    const group = normalizeGroup(name);
    const nearest = known.options.has(group) || known.isNova(group) ? undefined : nearestName(name, known.sections);
    if (nearest === undefined) return [];
    return [{ file, line, text: `unknown section [${name}]; did you mean [${nearest}]?` }];
  });
}

function misspeltOption({ section, key, file, line }: Named, known: Known): ConfigProblem[] {
  const place = line === undefined ? { file } : { file, line };
  const group = normalizeGroup(section);
  const ours = known.options.get(group);
  if (ours === undefined || ours.all.has(key)) return [];
  const nearest = known.isNova(group, key) ? undefined : nearestName(key, ours.today);
  if (nearest !== undefined) {
    return [{ ...place, text: `[${section}] has no option "${key}"; did you mean "${nearest}"?` }];
  }
  return group === ownSection ? [{ ...place, text: `[${section}] has no option "${key}"` }] : [];
}

type Named = Pick<Assignment, 'section' | 'key' | 'file'> & Partial<Pick<Assignment, 'line'>>;

/** `OS_DOCKER__HOST_URL`; a section of ours with two underscores in it would need another way. */
function namedInEnvironment(environment: Sources['environment']): Named[] {
  return Object.keys(environment).flatMap((variable) => {
    const [, section, key] = /^OS_([A-Z0-9_]+?)__([A-Z0-9_]+)$/.exec(variable) ?? [];
    if (section === undefined || key === undefined) return [];
    const group = section === 'DEFAULT' ? section : section.toLowerCase();
    return [{ section: group, key: key.toLowerCase(), file: `environment variable ${variable}` }];
  });
}

interface Known {
  readonly sections: readonly string[];
  /** By section: the names to suggest, and these together with the former ones that are still read. */
  readonly options: ReadonlyMap<string, { readonly today: readonly string[]; readonly all: ReadonlySet<string> }>;
  readonly isNova: NovaNames;
}

function namesOf(tables: Tables, authSections: readonly string[]): Known {
  const today = new Map<string, Set<string>>(Object.keys(tables).map((group) => [group, new Set<string>()]));
  const all = new Map<string, Set<string>>();
  const add = (names: Map<string, Set<string>>, group: string, name: string) => {
    names.set(group, (names.get(group) ?? new Set()).add(name));
  };
  for (const [section, { options }] of Object.entries(tables)) {
    for (const [name, option] of Object.entries(options)) {
      const groups = option.auth === true ? [section, ...authSections] : [section];
      for (const group of groups) add(today, group, name);
      for (const group of groups) for (const place of placesOf(group, name, option)) add(all, ...place);
    }
  }
  const options = [...today].map(
    ([group, names]) => [group, { today: [...names], all: all.get(group) ?? names }] as const,
  );
  return { sections: Object.keys(tables), options: new Map(options), isNova: novaNames() };
}

function novaNames(): NovaNames {
  let names: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  return (section, name) => {
    names ??= readNovaNames();
    if (name === undefined) return names.has(section);
    return names.get(section)?.has(name) === true || names.get('*')?.has(name) === true;
  };
}

function readNovaNames(): ReadonlyMap<string, ReadonlySet<string>> {
  const lines = readFileSync(new URL('./nova-names.txt', import.meta.url), 'utf8').split('\n');
  const sections = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    sections.map((line) => {
      const [section = '', ...names] = line.split(' ');
      return [normalizeGroup(section), new Set(names)];
    }),
  );
}
