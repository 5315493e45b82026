import { describe, expect, it } from '@jest/globals';
import { createMetrics } from './metrics.js';

describe('metrics', () => {
  const fresh = () => createMetrics('gateway', { processMetrics: false });

  it('come out under the prefix, with the labels of the series and of the service', async () => {
    const metrics = fresh();
    metrics.counter('scim_requests_total').inc({ route: '/Users', method: 'POST', status: 201 });
    metrics
      .counter('scim_requests_total')
      .inc({ route: '/Users', method: 'POST', status: 201, tenant_class: 'trial' }, 2);
    metrics.gauge('commands_in_flight').inc();
    metrics.gauge('commands_in_flight').inc(4);
    metrics.gauge('commands_in_flight').dec();
    metrics.histogram('apply_batch_size').observe({ lane: 'light' }, 7);
    const { contentType, body } = await metrics.render();
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(body).toContain(
      'muster_scim_requests_total{route="/Users",method="POST",status="201",service="gateway"} 1\n',
    );
    expect(body).toContain(
      'muster_scim_requests_total{route="/Users",method="POST",status="201",tenant_class="trial",service="gateway"} 2\n',
    );
    expect(body).toContain('muster_commands_in_flight{service="gateway"} 4\n');
    expect(body).toContain('muster_apply_batch_size_bucket{le="10",service="gateway",lane="light"} 1\n');
    expect(body).toContain('muster_apply_batch_size_sum{service="gateway",lane="light"} 7\n');
  });

  it('show only what the service uses', async () => {
    const metrics = fresh();
    metrics.gauge('outbox_depth').set(3);
    const { body } = await metrics.render();
    expect(body.match(/^# TYPE (\S+)/gm)).toEqual(['# TYPE muster_outbox_depth']);
  });

  it('say what runs', async () => {
    const { body } = await createMetrics('gateway', { processMetrics: false, version: '1.2.3' }).render();
    expect(body).toContain(
      `muster_build_info{version="1.2.3",node="${process.version}",service="gateway"} 1`,
    );
  });

  it('keep services of one process apart', async () => {
    const [gateway, directory] = [fresh(), createMetrics('directory', { processMetrics: false })];
    gateway.counter('undelivered_total').inc();
    directory.counter('undelivered_total').inc(5);
    expect((await gateway.render()).body).toContain('muster_undelivered_total{service="gateway"} 1');
    expect((await directory.render()).body).toContain('muster_undelivered_total{service="directory"} 5');
  });

  it('ask collectors before rendering, and do without one that fails', async () => {
    const metrics = fresh();
    metrics.onCollect(() => {
      throw new Error('no');
    });
    metrics.onCollect(() => Promise.reject(new Error('neither')));
    metrics.onCollect(async () => metrics.gauge('outbox_oldest_seconds').set(12));
    expect((await metrics.render()).body).toContain('muster_outbox_oldest_seconds{service="gateway"} 12');
  });

  it('refuse a negative step and an undeclared label', () => {
    const metrics = fresh();
    expect(() => metrics.counter('undelivered_total').inc(-1)).toThrow();
    expect(() => {
      // @ts-expect-error: the label is not declared.
      metrics.counter('auth_lookups_total').inc({ result: 'known', user: 'rita' });
    }).toThrow();
    // @ts-expect-error: a counter is no gauge.
    expect(() => metrics.gauge('undelivered_total').set(1)).toThrow();
  });

  it('measure the process once asked to', async () => {
    const metrics = createMetrics('gateway');
    try {
      await new Promise((resolve) => setTimeout(resolve, 30));
      const { body } = await metrics.render();
      expect(body).toMatch(/^process_resident_memory_bytes\{service="gateway"\} \d+/m);
      expect(body).toMatch(
        /^muster_event_loop_delay_seconds\{quantile="0.99",service="gateway"\} [\d.e-]+$/m,
      );
      expect(body).not.toContain('NaN');
    } finally {
      metrics.close();
    }
  });
});
