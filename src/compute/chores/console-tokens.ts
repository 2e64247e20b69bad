import { conductorOf, type ChoreParts } from './chore.js';

/** Tokens of consoles whose time is over (nova/compute/manager.py _cleanup_expired_console_auth_tokens, release 26). */
export async function removeExpiredConsoleTokens(chore: ChoreParts): Promise<void> {
  await conductorOf(chore).consoleTokens.cleanExpired();
}
