const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

/**
 * The line that `uptime` prints, from /proc/uptime and /proc/loadavg: clients take it apart
 * (openstackclient/compute/v2/hypervisor.py wants `… up …,  N users,  load average: …`). Who is logged in is nobody's
 * business: 0 users.
 */
export function uptimeText(now: Date, procUptime: string, procLoadavg: string): string {
  const clock = [now.getHours(), now.getMinutes(), now.getSeconds()].map(twoDigits).join(':');
  const loads = procLoadavg.trim().split(/\s+/).slice(0, 3).join(', ');
  return ` ${clock} up ${span(Math.floor(Number(procUptime.split(' ')[0])))},  0 users,  load average: ${loads}\n`;
}

/** `3 min`, `2:05`, `1 day, 2:05`, `9 days, 3 min` */
function span(seconds: number): string {
  const days = Math.floor(seconds / DAY_S);
  const hours = Math.floor((seconds % DAY_S) / HOUR_S);
  const minutes = Math.floor((seconds % HOUR_S) / MINUTE_S);
  const time = hours > 0 ? `${String(hours).padStart(2)}:${twoDigits(minutes)}` : `${minutes} min`;
  return days === 0 ? time : `${days} ${days === 1 ? 'day' : 'days'}, ${time}`;
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}
