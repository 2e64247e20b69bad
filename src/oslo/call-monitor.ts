/**
 * Shows a caller with a call monitor that its call is alive: every half of its timeout, the first time half a timeout
 * after the start (oslo_messaging/rpc/dispatcher.py, _watchdog, release 14). A caller without monitor must get none:
 * it crashes the waiter. Returns what ends it. `beat` resolves to whether it is worth going on.
 */
export function startCallMonitor(monitorTimeoutS: number | null, beat: () => Promise<boolean>): () => void {
  const everyMs = ((monitorTimeoutS ?? 0) * 1000) / 2;
  if (everyMs < 1000) return () => {};
  const timer = setInterval(() => {
    void beat().then((worth) => {
      if (!worth) clearInterval(timer);
    });
  }, everyMs);
  return () => clearInterval(timer);
}
