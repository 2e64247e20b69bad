/** Properties of Glance's images that this room reads; who owns an image sets them. */
type Properties = Readonly<Record<string, string>>;

/** What a container of the image runs; the second name is older, and known to Nova (nova-docker's use of it). */
const COMMANDS = ['docker_command', 'os_command_line'];

/** Whether the image says by itself what is to run. */
export function namesCommand(properties: Properties): boolean {
  return COMMANDS.some((name) => (properties[name] ?? '').trim() !== '');
}
