/** `$name`, `${name}`, `$group.name`, `$$`, or a dollar sign that begins none of these. */
const reference = /\$(?:(\$)|([_a-z][._a-z0-9]*)|\{([_a-z][._a-z0-9]*)\}|)/gi;

/**
 * Replaces `$name` in a text as oslo.config does (`_substitute` in cfg.py, release 9, over string.Template): `$$` and
 * `\$` stand for a dollar sign, a dollar sign that begins no name stays. A name takes every dot that follows it, so in
 * `$host.example` the option would be `example` of section `[host]`; write `${host}.example`.
 *
 * @param valueOf the text of an option, by what stands behind the dollar sign
 */
export function substitute(text: string, valueOf: (name: string) => string): string {
  if (!text.includes('$')) return text;
  return text
    .replaceAll('\\$', () => '$$')
    .replace(reference, (whole: string, escaped, plain, braced) => {
      if (escaped !== undefined) return '$';
      const name = (plain ?? braced) as string | undefined;
      return name === undefined ? whole : valueOf(name);
    });
}
