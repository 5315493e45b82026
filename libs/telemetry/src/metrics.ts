import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import {
  labelNamesOf,
  metricDefinitions,
  metricPrefix,
  type MetricDefinition,
  type MetricLabels,
  type MetricName,
  type MetricNameOf,
} from './names.js';

/** `(value)` for a metric without labels, `(labels, value)` for one with labels. */
type Arguments<Name extends MetricName, Value extends [value?: number] | [value: number]> = [
  MetricLabels<Name>,
] extends [never]
  ? Value
  : [labels: MetricLabels<Name>, ...value: Value];

export interface CounterOf<Name extends MetricName> {
  /** Adds 1, or the value given (never negative). */
  inc(...args: Arguments<Name, [value?: number]>): void;
}

export interface GaugeOf<Name extends MetricName> {
  set(...args: Arguments<Name, [value: number]>): void;
  inc(...args: Arguments<Name, [value?: number]>): void;
  dec(...args: Arguments<Name, [value?: number]>): void;
}

export interface HistogramOf<Name extends MetricName> {
  /** Records one value; seconds or items, as the metric's name says. */
  observe(...args: Arguments<Name, [value: number]>): void;
}

/** The exposition of `/metrics`. */
export interface RenderedMetrics {
  readonly contentType: string;
  readonly body: string;
}

/**
 * The metrics of one service: typed by the declared names and labels. A metric appears in the exposition from its first
 * use, so that a service shows only what it measures.
 */
export interface Metrics {
  counter<Name extends MetricNameOf<'counter'>>(name: Name): CounterOf<Name>;
  gauge<Name extends MetricNameOf<'gauge'>>(name: Name): GaugeOf<Name>;
  histogram<Name extends MetricNameOf<'histogram'>>(name: Name): HistogramOf<Name>;
  /** Runs before each rendering, for values that are read rather than counted. A collector that fails is skipped. */
  onCollect(collector: () => void | Promise<void>): void;
  render(): Promise<RenderedMetrics>;
  /** Stops what was started to measure the process. */
  close(): void;
}

export interface MetricsOptions {
  /** Memory, CPU, garbage collection and event loop of the process. Default true; one set per process is enough. */
  readonly processMetrics?: boolean;
  /** Of the service; shown by `build_info`. */
  readonly version?: string;
}

const delayResolutionMs = 20;

type AnyMetric = Counter | Gauge | Histogram;

/** Makes the metrics of one service, in a registry of their own, each series labelled with `service`. */
export function createMetrics(service: string, options: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const metrics = new PrometheusMetrics(registry);
  if (options.processMetrics ?? true) metrics.measureProcess();
  if (options.version !== undefined) {
    metrics.gauge('build_info').set({ version: options.version, node: process.version }, 1);
  }
  return metrics;
}

class PrometheusMetrics implements Metrics {
  private readonly byName = new Map<MetricName, AnyMetric>();
  private readonly collectors: (() => void | Promise<void>)[] = [];
  private readonly closers: (() => void)[] = [];

  constructor(private readonly registry: Registry) {}

  counter<Name extends MetricNameOf<'counter'>>(name: Name): CounterOf<Name> {
    return this.metric(name) as CounterOf<Name>;
  }

  gauge<Name extends MetricNameOf<'gauge'>>(name: Name): GaugeOf<Name> {
    return this.metric(name) as GaugeOf<Name>;
  }

  histogram<Name extends MetricNameOf<'histogram'>>(name: Name): HistogramOf<Name> {
    return this.metric(name) as HistogramOf<Name>;
  }

  onCollect(collector: () => void | Promise<void>): void {
    this.collectors.push(collector);
  }

  async render(): Promise<RenderedMetrics> {
    await Promise.allSettled(this.collectors.map(async (collect) => collect()));
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }

  close(): void {
    for (const close of this.closers.splice(0)) close();
  }

  measureProcess(): void {
    collectDefaultMetrics({ register: this.registry });
    const delay = monitorEventLoopDelay({ resolution: delayResolutionMs });
    delay.enable();
    this.closers.push(() => delay.disable());
    this.onCollect(() => {
      const gauge = this.gauge('event_loop_delay_seconds');
      // The histogram holds the time between two ticks of its timer; what exceeds the timer's own period is delay. Without
      // a single tick it answers NaN or its own bounds: nothing was delayed then.
      const seconds = (nanoseconds: number): number =>
        delay.count > 0 ? Math.max(0, nanoseconds / 1e9 - delayResolutionMs / 1e3) : 0;
      gauge.set({ quantile: '0.5' }, seconds(delay.percentile(50)));
      gauge.set({ quantile: '0.99' }, seconds(delay.percentile(99)));
      gauge.set({ quantile: '1' }, seconds(delay.max));
      delay.reset();
    });
  }

  private metric(name: MetricName): AnyMetric {
    let metric = this.byName.get(name);
    if (metric === undefined) {
      metric = newMetric(name, this.registry);
      this.byName.set(name, metric);
    }
    return metric;
  }
}

function newMetric(name: MetricName, registry: Registry): AnyMetric {
  const definition: MetricDefinition = metricDefinitions[name];
  const common = {
    name: metricPrefix + name,
    help: definition.help,
    labelNames: labelNamesOf(name),
    registers: [registry],
  };
  switch (definition.type) {
    case 'counter':
      return new Counter(common);
    case 'gauge':
      return new Gauge(common);
    case 'histogram':
      return new Histogram({ ...common, buckets: [...definition.buckets] });
  }
}
