/**
 * Loaded before a service's own program (`node --import`). The channel to the supervisor closes when that dies, however it dies;
 * the service then drains as on SIGTERM, and goes without draining when that takes too long.
 */
const DRAIN_MS_MAX = 15_000;

if (process.channel !== undefined) {
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), DRAIN_MS_MAX).unref();
  });
  // The listener must not be what keeps a finished service alive.
  process.channel.unref();
}
