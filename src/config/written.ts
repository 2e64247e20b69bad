import type { Assignment, ParsedFile } from './ini.js';
import type { Option } from './option.js';

/** A text as an operator wrote it, and where. */
export interface Written {
  readonly text: string;
  /** Path, `environment variable OS_X__Y` or `command line`. */
  readonly file: string;
  readonly line?: number;
  /** The section and name that it was found under, if these are not today's. */
  readonly under?: { readonly group: string; readonly name: string };
}

/** A value from the command line, for an option that oslo.log registers there (`--debug`). All are in [DEFAULT]. */
export interface CommandLineValue {
  readonly name: string;
  readonly text: string;
}

/** All that was written, before anybody asks what it means. */
export interface Sources {
  /** In the order in which they count: later ones win. */
  readonly files: readonly ParsedFile[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly commandLine: readonly CommandLineValue[];
}

/** Finds the texts that were written for an option. */
export interface WrittenTexts {
  /** Of the command line, the environment and the files the first that has any; empty if none has. */
  find(group: string, name: string, option: Option<unknown>): readonly Written[];
  /** What the files say of a name that no table knows, for `$name` references to it. */
  findUnknown(group: string, name: string): Written | undefined;
  hasSection(group: string): boolean;
}

type Place = readonly [group: string, name: string];
type Index = ReadonlyMap<string, ReadonlyMap<string, readonly Assignment[]>>;

/** Section names do not depend on case, except that DEFAULT must be written so (oslo_config/cfg.py, release 9). */
export function normalizeGroup(name: string): string {
  return name === 'DEFAULT' ? name : name.toLowerCase();
}

/** The environment variable that sets an option (oslo_config/sources/_environment.py, release 9). */
export function environmentName(group: string, name: string): string {
  return `OS_${group.toUpperCase()}__${name.toUpperCase()}`;
}

export function writtenTexts({ files, environment, commandLine }: Sources): WrittenTexts {
  const newestFirst = files.map(({ assignments }) => indexOf(assignments)).reverse();
  return {
    find(group, name, option) {
      const flag = commandLine.findLast((each) => option.commandLine === true && each.name === name);
      if (flag !== undefined) return [{ text: flag.text, file: 'command line' }];
      const variable = environmentName(group, name);
      const text = environment[variable];
      if (text !== undefined) return [{ text, file: `environment variable ${variable}` }];
      return findInFiles(newestFirst, placesOf(group, name, option), option.multi);
    },
    findUnknown(group, name) {
      return findInFiles(newestFirst, [[normalizeGroup(group), name]], false)[0];
    },
    hasSection(group) {
      const wanted = normalizeGroup(group);
      return files.some(({ sections }) => sections.some(({ name }) => normalizeGroup(name) === wanted));
    },
  };
}

/** Today's place of an option first, then the former ones; of a former name with hyphens also that with underscores. */
export function placesOf(group: string, name: string, { oldNames = [] }: Option<unknown>): Place[] {
  const former = oldNames.map((old): Place => [old.group ?? group, old.name ?? name]);
  const hyphened = former.filter(([, key]) => key.includes('-'));
  const places: Place[] = [
    [group, name],
    ...former,
    ...hyphened.map(([g, key]): Place => [g, key.replaceAll('-', '_')]),
  ];
  return places.map(([section, key]) => [normalizeGroup(section), key]);
}

/**
 * As oslo.config does: the newest file that has any of the names counts, and in it the first of the names; an old name
 * in a newer file goes before today's name in an older one. Options that may repeat collect from everywhere.
 */
function findInFiles(newestFirst: readonly Index[], places: readonly Place[], multi: boolean): readonly Written[] {
  let collected: Written[] = [];
  for (const index of newestFirst) {
    for (const place of places) {
      const found = index.get(place[0])?.get(place[1]);
      if (found === undefined) continue;
      const texts = found.map((each) => writtenAt(each, place, places[0]));
      if (!multi) return texts.slice(-1);
      collected = [...texts, ...collected];
    }
  }
  return collected;
}

function writtenAt({ value, file, line }: Assignment, place: Place, today: Place | undefined): Written {
  const written = { text: value, file, line };
  return place === today ? written : { ...written, under: { group: place[0], name: place[1] } };
}

function indexOf(assignments: readonly Assignment[]): Index {
  const index = new Map<string, Map<string, Assignment[]>>();
  for (const assignment of assignments) {
    const group = normalizeGroup(assignment.section);
    const keys = index.get(group) ?? new Map<string, Assignment[]>();
    index.set(group, keys.set(assignment.key, [...(keys.get(assignment.key) ?? []), assignment]));
  }
  return index;
}
