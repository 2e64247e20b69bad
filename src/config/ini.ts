import { strip, stripEnd, stripStart } from './python-text.js';
import type { ConfigProblem } from './problems.js';

/** One `key = value` with its continuation lines, where it stands. */
export interface Assignment {
  /** As written; only `[DEFAULT]` keeps its case when sections are compared. */
  readonly section: string;
  readonly key: string;
  /** Without the quotes around the whole first line; continuation lines follow after a newline each. */
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/** A `[section]` line. A section may stand empty and may come several times. */
export interface SectionStart {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

export interface ParsedFile {
  readonly assignments: readonly Assignment[];
  readonly sections: readonly SectionStart[];
  readonly problems: readonly ConfigProblem[];
}

interface Open {
  key: string;
  parts: string[];
  line: number;
}

/**
 * Reads one file in oslo.config's grammar (oslo_config/iniparser.py and ConfigParser of cfg.py, release 9):
 * comments only where `#` or `;` is the first character of the line, continuation by leading space or tab (where even
 * `# text` belongs to the value), an empty line ends a value, the first of `=` and `:` divides, quotes around the
 * whole first line of a value fall away. Where oslo.config stops at the first mistake this goes on, so that all
 * mistakes are told at once. Problems never quote the line: it may hold a secret.
 */
export function parseIni(text: string, file: string): ParsedFile {
  const reader = new IniReader(file);
  const lines = text.split(/\r\n|\r|\n/);
  lines.forEach((line, index) => {
    reader.take(stripEnd(line), index + 1);
  });
  reader.flush();
  return reader;
}

class IniReader implements ParsedFile {
  readonly assignments: Assignment[] = [];
  readonly sections: SectionStart[] = [];
  readonly problems: ConfigProblem[] = [];
  private open: Open | undefined;
  private section: string | undefined;
  /** After a mistake its continuation lines are part of the same mistake. */
  private skipping = false;
  /** Below a section line that cannot be read nobody knows whose the values are. */
  private lost = false;

  constructor(private readonly file: string) {}

  take(line: string, number: number): void {
    if (line.startsWith(' ') || line.startsWith('\t')) {
      this.continue(line, number);
      return;
    }
    this.flush();
    this.skipping = false;
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return;
    if (line.startsWith('[')) this.startSection(line, number);
    else this.startAssignment(line, number);
  }

  flush(): void {
    const open = this.open;
    this.open = undefined;
    if (open === undefined || this.lost) return;
    if (this.section === undefined) {
      this.complain(open.line, `"${open.key}" stands before any [section]`);
      return;
    }
    const { key, parts, line } = open;
    this.assignments.push({ section: this.section, key, value: parts.join('\n'), file: this.file, line });
  }

  private continue(line: string, number: number): void {
    if (this.open !== undefined) this.open.parts.push(stripStart(line));
    else if (!this.skipping) {
      this.complain(number, 'a line that starts with a space continues the value above it, and there is none');
      this.skipping = true;
    }
  }

  private startSection(line: string, number: number): void {
    const name = line.slice(1, -1);
    this.lost = !line.endsWith(']') || name === '';
    if (!line.endsWith(']')) this.complain(number, 'a section must end with ] and nothing may follow it');
    else if (name === '') this.complain(number, 'the section has no name');
    else {
      this.section = name;
      this.sections.push({ name, file: this.file, line: number });
    }
  }

  private startAssignment(line: string, number: number): void {
    const divider = line.search(/[:=]/);
    const key = strip(line.slice(0, Math.max(divider, 0)));
    if (divider >= 0 && key !== '') {
      this.open = { key, parts: [unquoted(strip(line.slice(divider + 1)))], line: number };
      return;
    }
    this.complain(number, divider < 0 ? 'expected "name = value", found no = or :' : 'the name before = is missing');
    this.skipping = true;
  }

  private complain(line: number, text: string): void {
    this.problems.push({ file: this.file, line, text });
  }
}

function unquoted(value: string): string {
  const first = value.charAt(0);
  return (first === '"' || first === "'") && value.endsWith(first) ? value.slice(1, -1) : value;
}
